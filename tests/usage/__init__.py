"""Sums, prices, budgets and what changes cost."""
