"""What is installed for agents: installing, updating, and leaving no trace."""
