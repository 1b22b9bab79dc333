"""Windows, proofs and rules, each by itself and against plain git."""
