"""The agent programs around okstra: what each writes while it runs, and what it leaves behind."""
