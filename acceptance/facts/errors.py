"""Defects of whoever feeds facts; people never meet them."""

from __future__ import annotations


class KindUnknown(KeyError):
    """Nothing is counted that the registry does not name."""


class DimensionUnknown(ValueError):
    """The kind has no such dimension, or its value would break the canonical text apart."""
