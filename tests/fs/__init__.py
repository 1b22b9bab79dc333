"""Files below a root, and what may stand in their way."""
