"""`inspect`: what happened to tasks and runs and how work is taken up again, from ledger and files; nothing writes."""
