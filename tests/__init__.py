"""Tests: real git in temporary folders, the command line in-process, no doubles of our own code."""
