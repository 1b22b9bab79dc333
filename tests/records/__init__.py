"""Stored records to bytes and back."""
