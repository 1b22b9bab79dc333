"""What is a secret, what is not, and that none is recorded."""
