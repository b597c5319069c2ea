"""Plans of a year."""
