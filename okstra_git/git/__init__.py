"""Everything that touches git: pygit2 and the git binary. Nothing above this floor imports either."""
