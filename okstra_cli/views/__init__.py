"""Results as JSON objects and as text; one file per command group."""
