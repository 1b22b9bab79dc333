"""Snapshots of worktrees."""
