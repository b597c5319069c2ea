"""Standards as versioned data."""
