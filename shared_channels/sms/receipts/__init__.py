"""Receipts: a carrier's reports bring a message to one final state, in any order and however often they come (decision D22)."""
