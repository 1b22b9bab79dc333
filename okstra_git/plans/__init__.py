"""Briefs and plans as typed values, parsed from documents that people and agents write."""
