"""The city manifest: one signed YAML file that says what a centre is, whom it employs and what it opens (notice section 3, feature T4)."""
