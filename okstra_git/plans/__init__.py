"""Plans as typed values: stages, their contents, questions, and the rules they have to keep."""
