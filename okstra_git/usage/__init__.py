"""What agents used: sums by any view, prices, budgets, and what a landed change cost."""
