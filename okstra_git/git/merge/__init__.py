"""git's own merge, asked in memory: of trees, of commits, and of single files for proofs."""
