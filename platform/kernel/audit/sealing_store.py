"""The sealer's side of the database: it may call these functions and nothing else (role `gjj_sealer`, no tenant, no table)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, Row, text

from kernel.audit.chain import Entry, Head
from kernel.audit.checkpoint import SignedCheckpoint
from kernel.crypto.signing import VerifyKey

_HEADS = text("select * from k.seal_heads(:after, :limit)")
_ENTRIES = text("select seq, prev_hash, body, entry_hash from k.seal_entries(:chain, :after, :upto)")
_CHECKPOINTS = text("select body, signature, key_id from k.seal_checkpoints(:province, :after, :limit)")
_STORE = text(
    "select k.checkpoint_store(:province, :body, :signature, :public, :chains, cast(:sizes as bigint[]), :heads)"
)
_VERDICT = text("select k.seal_verdict(:chain, :seq, :reason)")

_FIRST = UUID(int=0)
_TENANTS_AT_ONCE = 500
_ENTRIES_AT_ONCE = 1000
_CHECKPOINTS_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class ChainNow:
    """One chain: where its head row says it ends (None: no head row), and where the newest checkpoint saw it end.

    `province_id` is None for a tenant that was undone: its last leaf stays under every later root.
    """

    chain_id: UUID
    province_id: UUID | None
    now: Head | None
    sealed: Head
    alarmed: bool

    @property
    def moved(self) -> bool:
        """Whether there is something to look at."""
        return self.now != self.sealed and not (self.now is None and self.province_id is None)


def chains(connection: Connection) -> list[ChainNow]:
    """Every chain that has an event or was sealed once."""
    found: list[ChainNow] = []
    after, full = _FIRST, True
    while full:
        rows = connection.execute(_HEADS, {"after": after, "limit": _TENANTS_AT_ONCE}).all()
        found += [_chain(row) for row in rows]
        full = len(rows) == _TENANTS_AT_ONCE
        after = found[-1].chain_id if found else after
    return found


def entries(connection: Connection, chain_id: UUID, after: int, upto: int) -> Iterator[Entry]:
    """The stored entries after one position up to another, as they are, doubles included."""
    for start in range(after, upto, _ENTRIES_AT_ONCE):
        until = min(upto, start + _ENTRIES_AT_ONCE)
        for row in connection.execute(_ENTRIES, {"chain": chain_id, "after": start, "upto": until}):
            yield Entry(row.seq, bytes(row.prev_hash), bytes(row.body), bytes(row.entry_hash))


def newest(connection: Connection, province_id: UUID) -> SignedCheckpoint | None:
    """The newest stored checkpoint."""
    row = connection.execute(_CHECKPOINTS, {"province": province_id, "after": None, "limit": 1}).first()
    return None if row is None else _signed(row)


def after(connection: Connection, province_id: UUID, number: int) -> Iterator[SignedCheckpoint]:
    """The stored checkpoints after a number, ascending."""
    while True:
        values = {"province": province_id, "after": number, "limit": _CHECKPOINTS_AT_ONCE}
        rows = connection.execute(_CHECKPOINTS, values).all()
        yield from (_signed(row) for row in rows)
        number += len(rows)
        if len(rows) < _CHECKPOINTS_AT_ONCE:
            return


def store(
    connection: Connection, province_id: UUID, signed: SignedCheckpoint, key: VerifyKey, moved: Sequence[Head]
) -> None:
    """Store the next checkpoint with the heads that moved. The database refuses whatever does not fit on the last one."""
    connection.execute(
        _STORE,
        {
            "province": province_id, "body": signed.body, "signature": signed.signature, "public": key.raw,
            "chains": [head.tenant_id for head in moved], "sizes": [head.size for head in moved],
            "heads": [head.hash for head in moved],
        },
    )  # fmt: skip


def verdict(connection: Connection, chain_id: UUID, seq: int, reason_zh: str | None) -> bool:
    """Raise an alarm for a chain, or end those that are open (no reason). True when that is news."""
    return bool(connection.execute(_VERDICT, {"chain": chain_id, "seq": seq, "reason": reason_zh}).scalar())


def _chain(row: Row[tuple[object, ...]]) -> ChainNow:
    chain: UUID = row.chain_id
    now = None if row.size is None else Head(chain, row.size, bytes(row.head_hash))
    sealed = (
        Head.empty(chain) if row.sealed_size is None else Head(chain, row.sealed_size, bytes(row.sealed_hash))
    )
    return ChainNow(chain, row.province_id, now, sealed, row.alarmed)


def _signed(row: Row[tuple[object, ...]]) -> SignedCheckpoint:
    return SignedCheckpoint(bytes(row.body), row.key_id, bytes(row.signature))
