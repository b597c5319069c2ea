"""Follows a final state: the database stores the job with the state, and we tell whoever listens."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kernel.db import TenantSession
from kernel.events.bus import publish
from kernel.jobs.registry import job
from shared_channels.sms.receipts.events import MessageFinished


@job("sms.finished")
def finished(session: TenantSession, payload: dict[str, Any]) -> None:
    """Publish the end of the message."""
    publish(session, MessageFinished(UUID(payload["message_id"])))
