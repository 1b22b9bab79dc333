"""From a request to a prepared run, step by step."""
