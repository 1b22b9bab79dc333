"""Checks and repairs: fsck of the stored state, doctor of the installation around it."""
