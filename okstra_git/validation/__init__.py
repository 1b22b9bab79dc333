"""What a finished run owes: one table of rules over its documents, and everything that breaks one."""
