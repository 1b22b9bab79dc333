"""Convergence of findings and plans: the arithmetic, and what is read of files."""
