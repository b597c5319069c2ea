"""The hash chain of one tenant's audit events (rule R10, decision D15). Pure: the same bytes are hashed in
SQL.

Layout of what is hashed with SHA-256; `u32`/`u64` are big-endian:

    u32(12) ‖ "gjj.audit.v1"
    u32(16) ‖ tenant id, the 16 bytes of the UUID
    u32(8)  ‖ u64(seq)                  seq starts at 1 and has no gap
    u32(32) ‖ hash of the entry before  32 zero bytes before the first
    u32(n)  ‖ body, exactly as stored   at most 1 MiB

The stored body is never parsed or written anew for checking: a JSON column would lose duplicates and number
forms.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from kernel.crypto.framing import framed, u64

TAG = b"gjj.audit.v1"
HASH_BYTES = 32
ZERO_HASH = bytes(HASH_BYTES)
LARGEST_BODY = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Head:
    """Where a chain ends: `size` entries (also the last seq) and the hash of the last; zeros when empty."""

    tenant_id: UUID
    size: int
    hash: bytes

    @classmethod
    def empty(cls, tenant_id: UUID) -> Self:
        """The head before the first event."""
        return cls(tenant_id, 0, ZERO_HASH)


@dataclass(frozen=True, slots=True)
class Entry:
    """One stored audit event: exact bytes and both hashes as they lie in the table."""

    seq: int
    prev_hash: bytes
    body: bytes
    entry_hash: bytes


class ChainBroken(Exception):
    """The stored chain is not what was written. `seq` is the first entry that is wrong or missing."""

    def __init__(self, tenant_id: UUID, seq: int, reason_zh: str) -> None:
        super().__init__(f"第 {seq} 条：{reason_zh}")
        self.tenant_id = tenant_id
        self.seq = seq
        self.reason_zh = reason_zh


def entry_hash(tenant_id: UUID, seq: int, prev_hash: bytes, body: bytes) -> bytes:
    """32 bytes over the layout above. Raises ValueError for a seq below 1 or parts of a wrong length."""
    if seq < 1 or len(prev_hash) != HASH_BYTES or len(body) > LARGEST_BODY:
        raise ValueError("seq from 1, a previous hash of 32 bytes, a body of at most 1 MiB")
    return hashlib.sha256(framed(TAG, tenant_id.bytes, u64(seq), prev_hash, body)).digest()


def canonical_body(facts: Mapping[str, Any]) -> bytes:
    """UTF-8 JSON with sorted keys and no spaces, made once when the event is written.

    Raises TypeError for keys that are no text and values that JSON has not (a Secret, a date); ValueError
    for NaN, infinity
    and lone surrogates.
    """
    _require_text_keys(facts)
    text = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8")


def verify_entries(start: Head, entries: Iterable[Entry]) -> Head:
    """Recompute the chain from `start`; gives the head after the last entry. Raises ChainBroken at the first
    wrong one.

    Says nothing about a cut tail or a chain rewritten as a whole: compare the result with a signed
    checkpoint.
    """
    size, before = start.size, start.hash
    for entry in entries:
        expected = size + 1
        if entry.seq != expected:
            raise ChainBroken(start.tenant_id, expected, f"缺失、重复或次序不对，读到的是第 {entry.seq} 条。")
        if entry.prev_hash != before:
            raise ChainBroken(start.tenant_id, expected, "与前一条不相接，前一条被改动、替换或删除过。")
        if len(entry.body) > LARGEST_BODY or _hash(start.tenant_id, entry) != entry.entry_hash:
            raise ChainBroken(start.tenant_id, expected, "内容与其指纹不符，内容被改动过。")
        size, before = expected, entry.entry_hash
    return Head(start.tenant_id, size, before)


def _hash(tenant_id: UUID, entry: Entry) -> bytes:
    return entry_hash(tenant_id, entry.seq, entry.prev_hash, entry.body)


def _require_text_keys(value: object) -> None:
    """`json.dumps` would turn 1 and "1" into the same key."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if not isinstance(key, str):
                raise TypeError("keys are text")
            _require_text_keys(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _require_text_keys(inner)
