"""Use cases: what each command does, as functions from a workspace and options to a plain result.

Modules here may use every room below them; rooms do not see each other, so whatever needs two of them is put together
here. Nothing here knows the terminal or the command line.
"""
