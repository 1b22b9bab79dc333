"""Installs, inspects, proves and removes the hook shims; hooks of others keep working and come back byte for byte."""
