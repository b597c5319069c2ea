"""Carries out a manifest: plan → apply → verify → undo, as a row of small steps that can be cut anywhere and run again (feature T4)."""
