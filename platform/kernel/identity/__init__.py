"""Who acts: persons, their log-in, sessions, memberships and role grants. A token is authentication only."""
