"""Look-ups before the tenant is known: one exact key in, its posts out (decision D5)."""
