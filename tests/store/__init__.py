"""The log, its fold and what is derived, on real repositories."""
