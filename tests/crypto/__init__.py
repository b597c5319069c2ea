"""Keys, sealed values, secrets, signatures, passwords and tokens."""
