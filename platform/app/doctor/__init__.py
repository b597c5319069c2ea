"""What is wrong with an installation, in plain words."""
