"""Dispatch: takes messages from the queue in the agreed order, hands them to a line, and records what became of them (D21, D22)."""
