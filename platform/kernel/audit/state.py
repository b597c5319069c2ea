"""How the log stands right now: what a signature covers, whether it holds, and what is wrong. Looked at again each time."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from kernel.audit import extracts, queries, witness
from kernel.audit.chain import ChainBroken, Head, verify_entries
from kernel.audit.checkpoint import Checkpoint, CheckpointRefused
from kernel.audit.extracts import KeyedExtract
from kernel.audit.models import AuditEvent
from kernel.db import TenantSession

LATE = timedelta(minutes=2)
# Columns for searching that the database read from the bytes when the event was written.
_SEARCHED = ("actor", "actor_name", "action", "object_kind", "object_id", "summary")


@dataclass(frozen=True)
class ChainState:
    """`size` events, the first `covered` of them under checkpoint `number`. `problems` are sentences; empty means verified.

    `late`: events have waited for a signature for more than two minutes.
    """

    size: int
    covered: int
    number: int
    sealed_at: datetime | None
    key_hex: str
    key_id: str
    problems: tuple[str, ...]
    late: bool

    @property
    def verified(self) -> bool:
        """Whether a checkpoint covers this log and everything agrees."""
        return self.sealed_at is not None and not self.problems


@dataclass(frozen=True)
class EventProof:
    """Whether an event is under a signature right now. `checkpoint` is None while none covers it."""

    checkpoint: Checkpoint | None
    problem: str
    columns_agree: bool


def chain_state(session: TenantSession, now: datetime | None = None) -> ChainState:
    """Check signature, inclusion, the chain's last sealed entry, the sealer's alarms and the tenant's own copies."""
    latest, head = extracts.newest(session), queries.head(session)
    problems = [f"第 {a.seq} 条：{a.reason_zh}" if a.seq else a.reason_zh for a in extracts.alarms(session)]
    sealed, covered = None, 0
    if latest is not None:
        try:
            sealed = latest.proven()
        except CheckpointRefused as refused:
            problems.append(str(refused))
        covered = latest.extract.head.size
        problems += _sealed_entry(session, latest)
    problems += witness.differences(session, latest)
    size = 0 if head is None else head.seq
    waits = head is not None and size > covered and (now or datetime.now(UTC)) - head.changed_at > LATE
    return ChainState(
        size, covered, 0 if sealed is None else sealed.number, None if sealed is None else sealed.at,
        "" if latest is None else latest.key.hex, "" if latest is None else latest.key.key_id, tuple(problems), waits,
    )  # fmt: skip


def event_proof(session: TenantSession, event: AuditEvent) -> EventProof:
    """Recompute from this event to the end of the first checkpoint that covers it, and compare with what was signed."""
    found, agree = extracts.covering(session, event.seq), _columns_agree(event)
    start = Head(session.tenant_id, event.seq - 1, event.prev_hash)
    upto = event.seq if found is None else found.extract.head.size
    try:
        head = verify_entries(start, queries.entries(session, event.seq - 1, upto))
        if found is None:
            return EventProof(None, "", agree)
        checkpoint = found.proven()
    except (ChainBroken, CheckpointRefused) as wrong:
        return EventProof(None, str(wrong), agree)
    if head != found.extract.head:
        return EventProof(checkpoint, "重新计算的结果与已签名的检查点不符，记录被改写过。", agree)
    return EventProof(checkpoint, "", agree)


def content(event: AuditEvent) -> dict[str, Any]:
    """What the signed bytes say; pages show this and not the columns."""
    value = json.loads(event.body)
    return value if isinstance(value, dict) else {}


def _sealed_entry(session: TenantSession, latest: KeyedExtract) -> list[str]:
    """The entry at which the checkpoint saw the chain end is still there with the same hash."""
    at = latest.extract.head
    stored = list(queries.entries(session, at.size - 1, at.size))
    if len(stored) == 1 and stored[0].entry_hash == at.hash:
        return []
    return [f"第 {at.size} 条与已签名的检查点不符，记录被改写或删除过。"]


def _columns_agree(event: AuditEvent) -> bool:
    said = content(event)
    same = all(getattr(event, name) == said.get(name) for name in _SEARCHED)
    return same and datetime.fromisoformat(str(said.get("at"))) == event.at
