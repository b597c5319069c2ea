"""Money: plans, tariffs, statements."""
