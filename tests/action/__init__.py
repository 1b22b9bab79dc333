"""The GitHub action, step by step, against a bare remote and a scripted GitHub."""
