"""Tasks and their stages: opened, started, claimed, completed, released; and the worktrees in which they are made."""
