"""Pages for phones: what everyone may read, coming in, one's own things."""

from __future__ import annotations

from shared_channels.mobile.console import (
    applying,
    asking,
    binding,
    following,
    mine,
    proving,
    reading,
    signing_in,
)
from shared_channels.mobile.console.face import pages

__all__ = ["applying", "asking", "binding", "following", "mine", "pages", "proving", "reading", "signing_in"]
