"""Installs skills, agent definitions and permission rules: desired files, what is there, a plan, and its steps."""
