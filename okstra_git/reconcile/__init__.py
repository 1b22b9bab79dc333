"""Follows records across rewritten history: survey, locate, prove, judge, settle."""
