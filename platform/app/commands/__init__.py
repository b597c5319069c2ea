"""Commands of the platform itself; those of the rooms stand in their own `commands.py`."""
