"""Evidence that leaves the platform: dossiers whose every byte is vouched for and that verify without network (feature A5)."""
