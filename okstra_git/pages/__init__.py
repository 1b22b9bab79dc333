"""Pages for a browser: values in, one self-contained HTML file out."""
