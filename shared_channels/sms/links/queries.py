"""Lines, depth of the queue, and the day's outcomes: of the own tenant and of those below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Date,
    DateTime,
    Double,
    Integer,
    SmallInteger,
    String,
    Uuid,
    bindparam,
    column,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB

from kernel.db import TenantSession, utc_now
from shared_channels.sms.links.policy import OUTCOME_ZH, state_of

_TIME = DateTime(timezone=True)
_TENANT = bindparam("tenant", type_=Uuid)
_LINES = select(
    func.k.sms_link_states(_TENANT).table_valued(
        column("name", String), column("protocol", String), column("carrier", String), column("state", String),
        column("words_zh", String), column("rate_per_s", Double), column("window_size", Integer), column("in_flight", Integer),
        column("counts", JSONB), column("since", _TIME), column("beat_at", _TIME),
    )
)  # fmt: skip
_DEPTH = select(
    func.k.sms_queue_depth(_TENANT).table_valued(
        column("of_tenant", Uuid), column("name_zh", String), column("lane", SmallInteger), column("waiting", BigInteger),
        column("later", BigInteger), column("in_hand", BigInteger), column("in_doubt", BigInteger), column("oldest_at", _TIME),
    )
)  # fmt: skip
_OUTCOMES = select(
    func.k.sms_outcomes(_TENANT, bindparam("day", type_=Date)).table_valued(
        column("of_tenant", Uuid), column("name_zh", String), column("category", String), column("outcome", String),
        column("messages", BigInteger), column("segments", BigInteger),
    )
)  # fmt: skip


@dataclass(frozen=True)
class LineRow:
    """A line as it last was. `counts` is None for those who do not look after lines."""

    name: str
    protocol: str
    carrier: str
    state: str
    words_zh: str
    rate_per_s: float
    window_size: int
    in_flight: int
    counts: dict[str, int] | None
    since: datetime
    beat_at: datetime


@dataclass(frozen=True)
class DepthRow:
    """What waits of one tenant in one lane: due now, due later, in a gateway's hand, possibly sent. `age_s`: the oldest due one."""

    tenant_id: UUID
    name_zh: str
    lane: int
    waiting: int
    later: int
    in_hand: int
    in_doubt: int
    age_s: float | None


@dataclass(frozen=True)
class Today:
    """One tenant's messages that ended today, by outcome."""

    name_zh: str
    messages: dict[str, int]
    segments: int


def lines(session: TenantSession) -> list[LineRow]:
    """Every line of the installation."""
    now = utc_now()
    rows = session.execute(_LINES, {"tenant": session.tenant_id})
    return [
        LineRow(**{**row, "state": state_of(row["state"], row["beat_at"], now)}) for row in rows.mappings()
    ]


def depth(session: TenantSession) -> list[DepthRow]:
    """By lane and tenant; lanes in the order of sending."""
    now = utc_now()
    return [
        DepthRow(
            row.of_tenant, row.name_zh, row.lane, row.waiting, row.later, row.in_hand, row.in_doubt,
            max(0.0, (now - row.oldest_at).total_seconds()) if row.oldest_at else None,
        )
        for row in session.execute(_DEPTH, {"tenant": session.tenant_id})
    ]  # fmt: skip


def today(session: TenantSession, day: date) -> list[Today]:
    """What ended on that business day."""
    found: dict[UUID, tuple[str, dict[str, int], int]] = {}
    rows: Sequence[Any] = session.execute(_OUTCOMES, {"tenant": session.tenant_id, "day": day}).all()
    for row in rows:
        name, messages, segments = found.get(row.of_tenant, (row.name_zh, dict.fromkeys(OUTCOME_ZH, 0), 0))
        messages[row.outcome] = messages.get(row.outcome, 0) + row.messages
        found[row.of_tenant] = name, messages, segments + row.segments
    return [Today(*each) for each in found.values()]
