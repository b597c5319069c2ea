"""What one centre is, offers and runs."""
