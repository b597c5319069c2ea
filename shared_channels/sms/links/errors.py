"""What can be wrong with a link's configuration."""

from __future__ import annotations


class LinkConfigError(ValueError):
    """The configuration cannot be used; the words say what to change."""
