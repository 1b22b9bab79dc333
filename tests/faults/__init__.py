"""Processes killed and repositories damaged on purpose."""
