"""People, roles, units."""
