"""The one-file verifier of dossiers. It travels in each dossier and imports nothing of the platform."""
