"""Pure rules of assessment: states and arrows, clocks, scores, admission."""
