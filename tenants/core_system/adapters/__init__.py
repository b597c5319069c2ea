"""Adapters to core systems. This release has the demo one; a real one implements `ports.CorePort` and gets its word in `service`."""
