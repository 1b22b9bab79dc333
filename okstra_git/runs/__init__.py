"""Runs: chosen, prepared, guarded against each other, resumed, ended."""
