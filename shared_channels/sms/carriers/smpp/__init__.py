"""SMPP 3.4, as foreign and some domestic gateways speak it."""
