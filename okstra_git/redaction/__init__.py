"""Takes secrets out of text that is stored or leaves: shapes, names, and the values that stand beside names."""
