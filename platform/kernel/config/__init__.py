"""Settings of an installation: read from one TOML file, checked as a whole, secrets from files of mode 0600 or the environment."""
