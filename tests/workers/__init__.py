"""Workers: supervisor, status file, autopsy."""
