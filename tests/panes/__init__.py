"""Panes of a real tmux, on sockets of their own."""
