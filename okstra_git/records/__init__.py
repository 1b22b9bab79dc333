"""Frozen models of everything that is stored, with their format versions."""
