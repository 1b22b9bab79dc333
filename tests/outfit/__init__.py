"""The outfit of agents: installing, updating, and leaving no trace."""
