"""Uncommitted work in worktrees: kept in snapshots before it could be lost, and put back from them."""
