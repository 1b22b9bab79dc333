"""`inspect`: what happened to tasks and runs and how work is resumed, from ledger and files; nothing writes."""
