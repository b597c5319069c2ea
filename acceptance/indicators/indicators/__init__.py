"""The indicators, by what they look at. Importing this package fills the registry."""

from __future__ import annotations

from acceptance.indicators.indicators import accounts, catalogue, channels, control, guide, messages, service
from acceptance.indicators.indicators.reading import Reading

__all__ = ["Reading", "accounts", "catalogue", "channels", "control", "guide", "messages", "service"]
