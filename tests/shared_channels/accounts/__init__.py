"""Accounts: codes, log-ins, bindings, step-up."""
