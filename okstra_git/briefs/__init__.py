"""Briefs as typed values: parsed from Markdown, checked, edited in place, and what their gate lets begin."""
