"""One file per claim about speed; each prints a ratio measured in one run."""
