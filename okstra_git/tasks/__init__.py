"""Tasks and their stages: opened, started, done, released, closed."""
