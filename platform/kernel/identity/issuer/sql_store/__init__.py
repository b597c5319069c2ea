"""The issuer's storage in PostgreSQL: every call is one transaction in the province tenant, through the one door."""
