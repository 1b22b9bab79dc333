"""What a shell offers behind TAB: commands, options, and names from the records; without typer, to be quick."""
