"""Papers of verdicts."""
