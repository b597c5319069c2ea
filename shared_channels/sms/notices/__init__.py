"""业务通知: what happens to a case or a work order is told to its person by SMS (notice item 11)."""
