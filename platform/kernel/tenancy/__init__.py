"""Whose rows a transaction may touch. There is no default tenant, ever."""
