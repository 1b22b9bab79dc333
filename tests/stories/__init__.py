"""Stories: every way to rewrite history that reconcile.md names, each told with hooks and without, one verdict."""
