"""What the database's own functions say of checkpoints to a tenant: its part of each, never the others' volumes (decision D15)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text

from kernel.audit.chain import Head
from kernel.audit.checkpoint import Checkpoint, CheckpointExtract, CheckpointRefused, SignedCheckpoint, verify
from kernel.audit.merkle import head_leaf, verify_inclusion
from kernel.crypto.signing import VerifyKey
from kernel.db import TenantSession

_COLUMNS = "number, body, signature, key_id, public, size, head_hash, place, proof"
_NUMBERED = text(f"select {_COLUMNS} from k.checkpoint_extract(:tenant, :numbers) order by number")
_NEWEST = text(f"select {_COLUMNS} from k.checkpoint_extract(:tenant)")
_COVERING = text(
    f"select {_COLUMNS} from k.checkpoint_extract(:tenant, array[k.checkpoint_covering(:tenant, :seq)])"
)
_DAYS = text("select number, sealed_on from k.checkpoint_days(:tenant) order by number")
_BODIES = text("select number, body from k.checkpoint_bodies(:tenant, :numbers)")
_ALARMS = text("select found_at, seq, reason_zh from k.audit_alarms(:tenant)")


@dataclass(frozen=True, slots=True)
class KeyedExtract:
    """An extract with the public key that the database names for it; whether to trust that key is the reader's affair."""

    extract: CheckpointExtract
    key: VerifyKey

    @property
    def number(self) -> int:
        """Number of the checkpoint. Raises CheckpointRefused for damaged bytes."""
        return Checkpoint.parse(self.extract.signed.body).number

    def proven(self) -> Checkpoint:
        """The statement, when its signature is right and this tenant's head is under its root. Raises CheckpointRefused."""
        found = verify(self.extract.signed, [self.key])
        leaf = head_leaf(self.extract.head)
        if not verify_inclusion(leaf, self.extract.index, found.tree_size, self.extract.proof, found.root):
            raise CheckpointRefused("检查点里没有本机构的这份记录。")
        return found


@dataclass(frozen=True, slots=True)
class Alarm:
    """What the sealer found wrong with this tenant's chain and did not sign. `seq` is the first wrong entry."""

    found_at: datetime
    seq: int
    reason_zh: str


def newest(session: TenantSession) -> KeyedExtract | None:
    """The newest checkpoint; None while none covers this tenant."""
    rows = session.execute(_NEWEST, {"tenant": session.tenant_id}).all()
    return _keyed(session, rows[0]) if rows else None


def covering(session: TenantSession, seq: int) -> KeyedExtract | None:
    """The first checkpoint that covers the event `seq`; None while none does."""
    rows = session.execute(_COVERING, {"tenant": session.tenant_id, "seq": seq}).all()
    return _keyed(session, rows[0]) if rows else None


def numbered(session: TenantSession, numbers: Sequence[int]) -> list[KeyedExtract]:
    """The extracts of these checkpoints, ascending."""
    rows = session.execute(_NUMBERED, {"tenant": session.tenant_id, "numbers": list(numbers)})
    return [_keyed(session, row) for row in rows]


def by_day(session: TenantSession) -> list[tuple[int, date]]:
    """The first checkpoint of each day on which this chain grew, and the last that saw it grow: (number, day in Beijing)."""
    return [(row.number, row.sealed_on) for row in session.execute(_DAYS, {"tenant": session.tenant_id})]


def bodies(session: TenantSession, numbers: Sequence[int]) -> dict[int, bytes]:
    """The signed bytes of these checkpoints as the database holds them now."""
    rows = session.execute(_BODIES, {"tenant": session.tenant_id, "numbers": list(numbers)})
    return {row.number: bytes(row.body) for row in rows}


def alarms(session: TenantSession) -> list[Alarm]:
    """What the sealer refuses to sign here, oldest first."""
    return [Alarm(**row._mapping) for row in session.execute(_ALARMS, {"tenant": session.tenant_id})]


def _keyed(session: TenantSession, row: Any) -> KeyedExtract:
    signed = SignedCheckpoint(bytes(row.body), row.key_id, bytes(row.signature))
    head = Head(session.tenant_id, row.size, bytes(row.head_hash))
    proof = tuple(bytes(part) for part in row.proof)
    return KeyedExtract(CheckpointExtract(signed, head, row.place, proof), VerifyKey(bytes(row.public)))
