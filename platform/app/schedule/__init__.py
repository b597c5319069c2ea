"""What happens by the clock: due times in PostgreSQL, each slot stored once however often the scheduler restarts (decision D26)."""
