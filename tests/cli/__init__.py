"""The command line: its frame, and one file per command group."""
