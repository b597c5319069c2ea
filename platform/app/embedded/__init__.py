"""PostgreSQL and Valkey as child processes, for the demo, for one-machine use and for the tests.

Not for a province in production: there the databases are servers of their own, with replicas and backups.
"""
