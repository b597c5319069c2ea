"""Caught codes for phone pages."""

from tests.shared_channels.accounts.conftest import codes, patient

__all__ = ["codes", "patient"]
