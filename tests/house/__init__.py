"""The rules of the house, executed: floors, owners, sizes, words."""
