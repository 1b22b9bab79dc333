"""The Markdown and front matter reader."""
