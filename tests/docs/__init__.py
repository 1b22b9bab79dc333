"""Writes what is generated from the code (`make docs`): the man page, references, and the table of the completion."""
