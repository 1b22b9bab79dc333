"""Processes and locks of the machine the tests run on."""
