"""One module for each agent program; its name is the name of the program, and it has a `PROGRAM`."""
