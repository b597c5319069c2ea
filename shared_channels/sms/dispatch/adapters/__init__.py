"""The store on PostgreSQL and the keys of the vault."""
