"""Runs: selection, bundles, leases, ends."""
