"""Bundles: what they are made of, rendered and written."""
