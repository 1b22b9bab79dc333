"""Markdown with front matter as values with line numbers; the only owner of the Markdown and YAML parsers."""
