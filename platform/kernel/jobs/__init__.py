"""Work that follows facts: relay, leases, fencing, schedule. The broker is a bell, PostgreSQL holds the facts (rules R5, R6)."""
