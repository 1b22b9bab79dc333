"""Runs: chosen, guarded against each other, resumed, ended, explained."""
