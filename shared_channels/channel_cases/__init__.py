"""Cases over the channel interface: a program of a channel lets its user prove who they are, apply, follow and rate."""
