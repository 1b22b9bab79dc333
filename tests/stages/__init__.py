"""Opening, starting, finishing and releasing, by the library."""
