"""Tests of the floor that knows processes and locks."""
