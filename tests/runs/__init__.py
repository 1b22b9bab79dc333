"""Runs: selection, leases, ends, explanations."""
