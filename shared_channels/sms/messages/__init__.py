"""短信受理: the only way into the SMS service, in the caller's own transaction (decision D7)."""
