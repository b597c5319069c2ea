"""How many billable pieces a text makes (计费条数)."""
