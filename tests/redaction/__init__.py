"""What is taken out of texts before they are recorded, and what is not."""
