"""Panes of tmux: which is the caller's, which are those of a run, and which may be closed."""
