"""Convergence of a run: findings of workers, rounds over them, and the round over a plan, as pure arithmetic."""
