"""The channel interface: signed requests, links."""
