"""Publishing: one outbox row for each subscriber, so that each has its own retries. Use it to go *up* the rooms; call services to go down.

Subscribers are collected at import by `@on`; `platform/app/rooms.py` imports every room, so each process knows them all.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from kernel.db import TenantSession
from kernel.events.models import OutboxEvent

E = TypeVar("E", bound="Event")
Handler = Callable[[TenantSession, Any], None]
Target = Callable[[Any], UUID]


@dataclasses.dataclass(frozen=True)
class Event:
    """Base of events: frozen, past tense, ids and codes only (strings, integers, UUIDs)."""

    def payload(self) -> dict[str, Any]:
        """The event as JSON values."""
        return {k: str(v) if isinstance(v, UUID) else v for k, v in dataclasses.asdict(self).items()}

    @classmethod
    def of(cls: type[E], payload: dict[str, Any]) -> E:
        """The event back from its payload."""
        kinds = {f.name: f.type for f in dataclasses.fields(cls)}
        return cls(
            **{k: UUID(v) if kinds[k] in ("UUID", UUID) and v is not None else v for k, v in payload.items()}
        )


@dataclasses.dataclass(frozen=True)
class Subscription:
    """A handler under its stable name. `target` names the tenant in which it runs when that is not the event's own."""

    name: str
    event: type[Event]
    handler: Handler
    target: Target | None


subscriptions: dict[str, Subscription] = {}


def on(event: type[E], *, in_tenant: Callable[[E], UUID] | None = None) -> Callable[[Handler], Handler]:
    """Subscribe a function `(session, event)`. With `in_tenant` it runs in that tenant, exactly once (an inbox receipt guards it)."""

    def register(handler: Handler) -> Handler:
        name = f"{handler.__module__}.{handler.__name__}"
        if name in subscriptions:
            raise ValueError(f"{name} subscribes twice")
        subscriptions[name] = Subscription(name, event, handler, in_tenant)
        return handler

    return register


def publish(session: TenantSession, event: Event, *, due_at: datetime | None = None) -> None:
    """Store the event for each of its subscribers in this transaction."""
    for subscription in subscriptions.values():
        if subscription.event is type(event):
            row = OutboxEvent(name=subscription.name, payload=event.payload())
            if due_at is not None:
                row.due_at = due_at
            session.add(row)
