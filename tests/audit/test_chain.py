"""The chain's exact bytes, and what re-reading a stored chain finds."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from uuid import UUID

import pytest

from kernel.audit.chain import (
    LARGEST_BODY,
    ZERO_HASH,
    ChainBroken,
    Entry,
    Head,
    canonical_body,
    entry_hash,
    verify_entries,
)
from kernel.crypto.masks import MaskKind
from kernel.crypto.secret import Secret
from tests.audit.sealed_world import OURS, THEIRS, rehashed, world_of

ROWS = world_of(9).entries[OURS]


def test_bytes_are_as_documented() -> None:
    tenant = UUID("00112233-4455-6677-8899-aabbccddeeff")
    preimage = bytes.fromhex(
        "0000000c" "676a6a2e61756469742e7631"
        "00000010" "00112233445566778899aabbccddeeff"
        "00000008" "0000000000000001"
        "00000020" + "00" * 32 +
        "00000007" "7b2261223a317d"
    )  # fmt: skip
    assert entry_hash(tenant, 1, ZERO_HASH, b'{"a":1}') == hashlib.sha256(preimage).digest()


def test_known_answer_holds_for_the_sql_function() -> None:
    tenant = UUID("00112233-4455-6677-8899-aabbccddeeff")
    first = entry_hash(tenant, 1, ZERO_HASH, b'{"a":1}')
    second = entry_hash(tenant, 2, first, '{"词":"公积金"}'.encode())
    assert first.hex() == "74ab4108f1e1bf293f7020c71193109bcb93cf9a489ccad9954513b617cea2c1"
    assert second.hex() == "edb5fa20a80910dcad88994f4601e4f0fc5773153b056a0aeb8e2955a18af11b"


def test_moving_a_byte_between_parts_changes_the_hash() -> None:
    assert entry_hash(OURS, 1, ZERO_HASH, b"ab") != entry_hash(OURS, 1, ZERO_HASH, b"a")
    assert entry_hash(OURS, 1, ZERO_HASH, b"") != entry_hash(THEIRS, 1, ZERO_HASH, b"")


@pytest.mark.parametrize(
    ("seq", "before", "body"), [(0, ZERO_HASH, b""), (1, b"", b""), (1, ZERO_HASH, bytes(LARGEST_BODY + 1))]
)
def test_parts_of_a_wrong_size_are_refused(seq: int, before: bytes, body: bytes) -> None:
    with pytest.raises(ValueError, match="seq from 1"):
        entry_hash(OURS, seq, before, body)


def test_untouched_chain_gives_its_head() -> None:
    assert verify_entries(Head.empty(OURS), ROWS) == Head(OURS, 9, ROWS[-1].entry_hash)
    middle = Head(OURS, 4, ROWS[3].entry_hash)
    assert verify_entries(middle, ROWS[4:]) == Head(OURS, 9, ROWS[-1].entry_hash)


def test_every_flipped_byte_is_found_at_its_row() -> None:
    for row in ROWS:
        for name in ("prev_hash", "body", "entry_hash"):
            data = getattr(row, name)
            for place in range(len(data)):
                wrong = replace(row, **{name: data[:place] + bytes((data[place] ^ 1,)) + data[place + 1 :]})
                assert _first_bad([*ROWS[: row.seq - 1], wrong, *ROWS[row.seq :]]) == row.seq


def test_every_deletion_swap_and_duplicate_is_found_at_its_row() -> None:
    for n in range(1, 9):
        assert _first_bad(ROWS[: n - 1] + ROWS[n:]) == n
        assert _first_bad(ROWS[: n - 1] + [ROWS[n], ROWS[n - 1]] + ROWS[n + 1 :]) == n
        assert _first_bad(ROWS[:n] + ROWS[n - 1 :]) == n + 1


def test_rows_of_another_history_are_found_where_they_begin() -> None:
    other = rehashed(OURS, ROWS, 1, b"{}")
    for n in range(1, 9):
        assert _first_bad(ROWS[:n] + other[n:]) == n + 1


def test_gap_that_was_written_is_found_although_hashes_fit() -> None:
    for gap in (0, 1, 5, 2**63):
        before = ROWS[2].entry_hash
        skipped = Entry(gap, before, b"{}", hashlib.sha256(_preimage(gap, before, b"{}")).digest())
        assert _first_bad([*ROWS[:3], skipped]) == 4


def test_chain_of_another_tenant_is_refused_at_once() -> None:
    with pytest.raises(ChainBroken) as found:
        verify_entries(Head.empty(THEIRS), ROWS)
    assert (found.value.seq, found.value.tenant_id) == (1, THEIRS)


def test_cut_tail_and_rewritten_chain_need_a_checkpoint() -> None:
    assert verify_entries(Head.empty(OURS), ROWS[:5]).size == 5
    rewritten = rehashed(OURS, ROWS, 3, b"{}")
    assert verify_entries(Head.empty(OURS), rewritten).hash != ROWS[-1].entry_hash


def test_body_is_sorted_and_without_spaces() -> None:
    assert canonical_body({"b": [1, None], "a": "济南"}) == '{"a":"济南","b":[1,null]}'.encode()


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"a": float("nan")}, ValueError),
        ({"a": "\ud800"}, ValueError),
        ({"a": {1: 2}}, TypeError),
        ({"a": [{None: 2}]}, TypeError),
        ({"a": Secret("16000000001", MaskKind.PHONE)}, TypeError),
    ],
)
def test_what_json_cannot_hold_is_refused(facts: dict[str, object], error: type[Exception]) -> None:
    with pytest.raises(error):
        canonical_body(facts)


def _preimage(seq: int, before: bytes, body: bytes) -> bytes:
    parts = (b"gjj.audit.v1", OURS.bytes, seq.to_bytes(8, "big"), before, body)
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def _first_bad(rows: list[Entry]) -> int:
    with pytest.raises(ChainBroken) as found:
        verify_entries(Head.empty(OURS), rows)
    return found.value.seq
