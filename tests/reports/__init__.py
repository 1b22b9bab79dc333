"""Reports: tables, answers, what is rendered and read."""
