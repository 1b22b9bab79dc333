"""The board: what a person sees of the whole repository, gathered from what other commands know, and its file."""
