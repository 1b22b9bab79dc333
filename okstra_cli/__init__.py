"""Floor 6: the command line. The only place that knows the terminal, the environment and the clock."""
