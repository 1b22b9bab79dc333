"""The log and its fold: records in, records out, no policy."""
