"""Facts in the past tense, stored with the change that they follow and handled later (decision D7, rule R6)."""

from kernel.events.bus import Event, on, publish

__all__ = ["Event", "on", "publish"]
