"""Verbs of accounts. Those of the province work in its scope, those of a centre in the centre's; one transaction is one tenant."""
