"""Adapters of accounts: the message service, and the demo's stand-ins for systems that prove a person."""
