"""Stands in for the model services, so that the real claude, codex and gemini run without account or network."""
