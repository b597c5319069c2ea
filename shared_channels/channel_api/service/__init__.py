"""Verbs of the channel interface: register programs, check what they sign, link a channel's users."""

from __future__ import annotations

from shared_channels.channel_api.service.programs import REGISTER, STOP

__all__ = ["REGISTER", "STOP"]
