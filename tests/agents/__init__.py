"""What agent programs write, and how they are called."""
