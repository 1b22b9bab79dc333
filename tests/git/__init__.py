"""Tests of okstra_git/git."""
