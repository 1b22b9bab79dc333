"""`run prepare` from the request to the bundle: which stage a run gets, and the files that its lead reads."""
