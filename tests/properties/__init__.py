"""Whatever is done to history, what okstra calls proven is true."""
