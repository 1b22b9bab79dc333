"""Briefs and plans as parsed from documents."""
