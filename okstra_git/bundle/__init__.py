"""A run's bundle: what it is made of, rendered and written whole, and what a run leaves beside it."""
