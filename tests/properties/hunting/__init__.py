"""Invents rewritten histories in bulk, lets okstra judge them, and holds each answer against what plain git says."""
