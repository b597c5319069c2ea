"""Append-only evidence: exact bytes, a hash chain for each tenant, signed checkpoints (rule R10, decision D15)."""
