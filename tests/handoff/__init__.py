"""Evidence, groups and pull requests, by the library and against plain git."""
