"""Schema history: frozen DDL, no model imports, both directions."""
