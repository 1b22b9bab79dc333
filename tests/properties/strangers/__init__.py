"""A fuzzer: what strangers could write into logs, documents and caches, and everything that must hold all the same."""
