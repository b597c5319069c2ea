"""One module for each room that takes part when a body joins."""
