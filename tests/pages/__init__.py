"""Pages for a browser: what they show, how it is drawn, and that nothing in them becomes markup."""
