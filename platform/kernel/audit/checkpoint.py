"""Signed checkpoints over the heads of all tenants (decision D15), and the extract that one tenant may see.

Body, 135 bytes; `u32`/`u64` big-endian; the signature is Ed25519 over exactly these bytes:

    u32(23) ‖ "gjj.audit.checkpoint.v1"
    u32(8)  ‖ u64(number)          from 1, no gap
    u32(8)  ‖ u64(time)            microseconds since 1970-01-01 UTC
    u32(8)  ‖ u64(tree size)       number of tenants
    u32(32) ‖ Merkle root          over head leaves in order of tenant id bytes
    u32(32) ‖ SHA-256 of the previous checkpoint's body; 32 zero bytes before the first

Whoever seals reads the stored entries again and recomputes them first (`chain.verify_entries`): a signature
over a
flipped bit can never be taken back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self
from uuid import UUID

from kernel.audit.chain import HASH_BYTES, ZERO_HASH, Head
from kernel.audit.merkle import head_leaf, inclusion_proof, root
from kernel.crypto.framing import framed, u64
from kernel.crypto.signing import SigningKey, VerifyKey

CHECKPOINT_TAG = b"gjj.audit.checkpoint.v1"
BODY_BYTES = 4 + len(CHECKPOINT_TAG) + 3 * (4 + 8) + 2 * (4 + HASH_BYTES)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class CheckpointRefused(Exception):
    """A checkpoint that is damaged, unsigned, or signed by a key that is not trusted."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One statement: at this time the chains of all tenants ended there. `at` is aware, to the microsecond."""

    number: int
    at: datetime
    tree_size: int
    root: bytes
    previous_hash: bytes

    def body(self) -> bytes:
        """The bytes that are stored and signed."""
        time_us = (self.at - _EPOCH) // timedelta(microseconds=1)
        return framed(
            CHECKPOINT_TAG, u64(self.number), u64(time_us), u64(self.tree_size), self.root, self.previous_hash
        )

    def hash(self) -> bytes:
        """What the next checkpoint names as its previous one."""
        return hashlib.sha256(self.body()).digest()

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """Read stored bytes. Raises CheckpointRefused unless they are exactly one body."""
        parts = _parts(body)
        number, time_us, size = (int.from_bytes(part, "big") for part in parts[:3])
        try:
            found = cls(number, _EPOCH + timedelta(microseconds=time_us), size, parts[3], parts[4])
        except OverflowError:
            raise CheckpointRefused("检查点的时间超出范围。") from None
        if found.body() != body or number < 1:
            raise CheckpointRefused("检查点的字节不符合格式。")
        return found


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """Exact body bytes with their signature; `key_id` tells which public key to take."""

    body: bytes
    key_id: str
    signature: bytes


@dataclass(frozen=True, slots=True)
class CheckpointExtract:
    """What one tenant gets: the signed checkpoint, its own head,
    and the proof that the head is under the root.
    """

    signed: SignedCheckpoint
    head: Head
    index: int
    proof: tuple[bytes, ...]


def next_checkpoint(previous: Checkpoint | None, heads: Iterable[Head], at: datetime) -> Checkpoint:
    """The checkpoint over these heads, to be signed.
    Raises ValueError when time goes back or a tenant comes twice.
    """
    if previous is not None and at < previous.at:
        raise ValueError("a checkpoint is not older than its predecessor")
    leaves = [head_leaf(head) for head in in_order(heads)]
    number, before = (previous.number + 1, previous.hash()) if previous else (1, ZERO_HASH)
    return Checkpoint(number, at, len(leaves), root(leaves), before)


def in_order(heads: Iterable[Head]) -> list[Head]:
    """By tenant id bytes. Raises ValueError when a tenant comes twice."""
    ordered = sorted(heads, key=lambda head: head.tenant_id.bytes)
    if len({head.tenant_id for head in ordered}) != len(ordered):
        raise ValueError("one head for each tenant")
    return ordered


def sign(checkpoint: Checkpoint, key: SigningKey) -> SignedCheckpoint:
    """Sign the body."""
    body = checkpoint.body()
    return SignedCheckpoint(body, key.key_id, key.sign(body))


def verify(signed: SignedCheckpoint, keys: Sequence[VerifyKey]) -> Checkpoint:
    """The statement, when one of the trusted keys signed it. Raises CheckpointRefused."""
    for key in keys:
        if key.key_id == signed.key_id and key.verify(signed.signature, signed.body):
            return Checkpoint.parse(signed.body)
    raise CheckpointRefused("检查点的签名无效，或签名的密钥不在信任之列。")


def extract(signed: SignedCheckpoint, heads: Iterable[Head], tenant_id: UUID) -> CheckpointExtract:
    """The part for one tenant, from the heads that were sealed.
    Raises ValueError when they do not give the root.
    """
    ordered = in_order(heads)
    leaves = [head_leaf(head) for head in ordered]
    if root(leaves) != Checkpoint.parse(signed.body).root:
        raise ValueError("these are not the heads under this checkpoint")
    index = [head.tenant_id for head in ordered].index(tenant_id)
    return CheckpointExtract(signed, ordered[index], index, tuple(inclusion_proof(leaves, index)))


def _parts(body: bytes) -> list[bytes]:
    if len(body) != BODY_BYTES:
        raise CheckpointRefused("检查点的长度不对。")
    position = 4 + len(CHECKPOINT_TAG)
    parts = []
    for length in (8, 8, 8, HASH_BYTES, HASH_BYTES):
        position += 4
        parts.append(body[position : position + length])
        position += length
    return parts
