"""Briefs as parsed from documents and edited in place."""
