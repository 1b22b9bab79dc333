"""Plans as parsed from documents."""
