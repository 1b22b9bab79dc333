"""Pages for a browser, as HTML and in a real one."""
