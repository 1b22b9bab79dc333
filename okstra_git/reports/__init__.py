"""Report documents: the clarification table, data and rendering, older layouts; everything is read by its name."""
