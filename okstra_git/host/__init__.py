"""The machine around us: processes and locks, as values. The only owner of psutil."""
