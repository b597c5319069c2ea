"""An installation: its folder, its secrets, its database."""
