"""Checkpoints: exact bytes, signature, succession, and the extract for one tenant."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from kernel.audit.chain import Head
from kernel.audit.checkpoint import (
    BODY_BYTES,
    Checkpoint,
    CheckpointRefused,
    extract,
    next_checkpoint,
    sign,
    verify,
)
from kernel.audit.merkle import head_leaf, verify_inclusion
from kernel.crypto.signing import SigningKey
from tests.audit.sealed_world import OURS, START, THEIRS, world_of

WORLD = world_of(3)
SIGNED, HEADS = WORLD.sealed[-1]


def test_body_has_the_documented_bytes() -> None:
    at = datetime(1970, 1, 1, 0, 0, 1, 2, tzinfo=UTC)
    body = Checkpoint(7, at, 3, b"r" * 32, b"p" * 32).body()
    expected = "00000017" + b"gjj.audit.checkpoint.v1".hex() + "00000008" + "0000000000000007"
    expected += "00000008" + f"{1_000_002:016x}" + "00000008" + "0000000000000003"
    expected += "00000020" + "72" * 32 + "00000020" + "70" * 32
    assert body == bytes.fromhex(expected)
    assert len(body) == BODY_BYTES == 135
    assert Checkpoint.parse(body) == Checkpoint(7, at, 3, b"r" * 32, b"p" * 32)


def test_every_flipped_bit_of_body_and_signature_is_refused() -> None:
    for name in ("body", "signature"):
        data = getattr(SIGNED, name)
        for place in range(len(data)):
            flipped = data[:place] + bytes((data[place] ^ 1 << place % 8,)) + data[place + 1 :]
            with pytest.raises(CheckpointRefused):
                verify(replace(SIGNED, **{name: flipped}), [WORLD.key.public])
    assert verify(SIGNED, [WORLD.key.public]).number == 3


def test_signature_of_another_key_is_refused() -> None:
    other = SigningKey.generate()
    forged = sign(Checkpoint.parse(SIGNED.body), other)
    with pytest.raises(CheckpointRefused):
        verify(forged, [WORLD.key.public])
    with pytest.raises(CheckpointRefused):
        verify(replace(forged, key_id=WORLD.key.key_id), [WORLD.key.public])
    with pytest.raises(CheckpointRefused):
        verify(SIGNED, [])


def test_old_key_stays_good_beside_the_new_one() -> None:
    newer = SigningKey.generate()
    assert verify(SIGNED, [newer.public, WORLD.key.public]).number == 3


@pytest.mark.parametrize("body", [b"", bytes(BODY_BYTES), SIGNED.body + b"\0", SIGNED.body[:-1]])
def test_bytes_that_are_no_body_are_refused(body: bytes) -> None:
    with pytest.raises(CheckpointRefused):
        Checkpoint.parse(body)


def test_every_flipped_bit_of_the_framing_is_refused() -> None:
    framing = [*range(31), *range(39, 43), *range(51, 55), *range(63, 67), *range(99, 103)]
    for place in framing:
        with pytest.raises(CheckpointRefused):
            Checkpoint.parse(
                SIGNED.body[:place] + bytes((SIGNED.body[place] ^ 1,)) + SIGNED.body[place + 1 :]
            )


def test_time_beyond_the_calendar_is_refused() -> None:
    with pytest.raises(CheckpointRefused):
        Checkpoint.parse(SIGNED.body[:43] + b"\xff" * 8 + SIGNED.body[51:])


def test_checkpoints_follow_each_other() -> None:
    bodies = [Checkpoint.parse(signed.body) for signed, _ in WORLD.sealed]
    assert [body.number for body in bodies] == [1, 2, 3]
    assert bodies[0].previous_hash == bytes(32)
    assert [body.previous_hash for body in bodies[1:]] == [body.hash() for body in bodies[:-1]]
    with pytest.raises(ValueError, match="not older"):
        next_checkpoint(bodies[-1], HEADS, bodies[-1].at - timedelta(seconds=1))


def test_order_of_heads_does_not_matter_but_repeats_do() -> None:
    assert next_checkpoint(None, HEADS, START) == next_checkpoint(None, HEADS[::-1], START)
    with pytest.raises(ValueError, match="one head"):
        next_checkpoint(None, [HEADS[0], replace(HEADS[0], size=1)], START)


def test_extract_proves_ones_own_head_only() -> None:
    top = Checkpoint.parse(SIGNED.body)
    mine = extract(SIGNED, HEADS, OURS)
    assert mine.head == WORLD.head(OURS)
    assert verify_inclusion(head_leaf(mine.head), mine.index, top.tree_size, mine.proof, top.root)
    shown = b"".join((mine.signed.body, *mine.proof))
    assert WORLD.head(THEIRS).hash not in shown
    with pytest.raises(ValueError, match="not the heads"):
        extract(SIGNED, [Head.empty(OURS)], OURS)
