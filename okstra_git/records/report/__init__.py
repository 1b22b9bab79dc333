"""What a run reports, as data: one model for each task type, its parts, and the JSON Schema of both."""
