"""Pages for phones: what everyone may read, coming in, one's own things."""

from __future__ import annotations

from shared_channels.mobile.console import binding, mine, proving, reading, signing_in
from shared_channels.mobile.console.face import pages

__all__ = ["binding", "mine", "pages", "proving", "reading", "signing_in"]
