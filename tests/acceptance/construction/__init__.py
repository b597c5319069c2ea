"""Construction: plans, evidence, lateness, the province."""
