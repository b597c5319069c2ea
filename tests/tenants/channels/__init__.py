"""Channels: what is open, who may change it."""
