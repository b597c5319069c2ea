"""AUD-1: the exhaustive tamper grid on an exported bundle.
Everything is found, and the first bad index is named.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from kernel.audit.bundle import checkpoints_json
from kernel.audit.chain import Entry, Head, entry_hash
from kernel.audit.verifier.gjj_verify import Report
from kernel.crypto.signing import SigningKey
from tests.audit.sealed_world import (
    OURS,
    THEIRS,
    Members,
    World,
    check,
    members,
    records,
    rehashed,
    signatures_remembered,
    with_events,
    with_json,
    world_of,
)

ROUNDS = 12


@pytest.fixture(autouse=True, scope="module")
def remembered() -> Iterator[None]:
    with signatures_remembered():
        yield


@pytest.fixture(scope="module")
def world() -> World:
    return world_of(ROUNDS)


@pytest.fixture(scope="module")
def ours(world: World, tmp_path_factory: pytest.TempPathFactory) -> Members:
    return members(world, OURS, tmp_path_factory.mktemp("ours"))


@pytest.fixture(scope="module")
def theirs(world: World, tmp_path_factory: pytest.TempPathFactory) -> Members:
    return members(world, THEIRS, tmp_path_factory.mktemp("theirs"))


def first_bad(report: Report) -> int:
    """The row named, after making sure that the answer is "found", in words."""
    assert report.code == 1
    rows = [fault for fault in report.faults if fault.where == "event"]
    assert len(rows) == 1
    assert f"第 {rows[0].index} 条" in rows[0].text
    return rows[0].index


def flipped(data: bytes, place: int) -> bytes:
    """One bit of one byte differs; which bit depends on the place."""
    return data[:place] + bytes((data[place] ^ 1 << place % 8,)) + data[place + 1 :]


def forged(made: World, content: Members, rows: list[Entry]) -> Report:
    """Other rows under a manifest that was adapted to them."""
    head = rows[-1].entry_hash.hex() if rows else bytes(32).hex()
    return check(with_events(content, rows, last_seq=len(rows), head_hash=head), made.key)


def test_untouched_bundle_passes(world: World, ours: Members) -> None:
    report = check(ours, world.key, tenant=str(OURS))
    assert (report.code, report.faults, report.rows) == (0, [], ROUNDS)


def test_events_lie_as_documented(world: World, ours: Members) -> None:
    assert ours["events.bin"] == b"".join(records(world.entries[OURS]))


def test_every_byte_of_the_events(world: World, ours: Members) -> None:
    place = 0
    for seq, record in enumerate(records(world.entries[OURS]), 1):
        for _ in record:
            changed = {**ours, "events.bin": flipped(ours["events.bin"], place)}
            assert first_bad(check(changed, world.key)) == seq
            place += 1
    assert place == len(ours["events.bin"])


@pytest.mark.parametrize("name", ["checkpoints.json", "manifest.json"])
def test_every_byte_of_the_other_members(name: str, world: World, ours: Members) -> None:
    for place in range(len(ours[name])):
        report = check({**ours, name: flipped(ours[name], place)}, world.key)
        assert report.code == 1
        assert report.faults[0].text.endswith("。")


def test_every_row_deleted(world: World, ours: Members) -> None:
    rows = world.entries[OURS]
    for n in range(1, ROUNDS + 1):
        left = rows[: n - 1] + rows[n:]
        assert first_bad(check(with_events(ours, left), world.key)) == n
        assert first_bad(forged(world, ours, left)) == n


def test_every_pair_swapped(world: World, ours: Members) -> None:
    for one, two in combinations(range(ROUNDS), 2):
        rows = list(world.entries[OURS])
        rows[one], rows[two] = rows[two], rows[one]
        assert first_bad(check(with_events(ours, rows), world.key)) == one + 1


def test_every_row_duplicated(world: World, ours: Members) -> None:
    rows = world.entries[OURS]
    for n in range(1, ROUNDS + 1):
        assert first_bad(forged(world, ours, rows[:n] + rows[n - 1 :])) == n + 1


def test_every_tail_cut_at_every_byte(world: World, ours: Members) -> None:
    ends, total = [0], 0
    for record in records(world.entries[OURS]):
        ends.append(total := total + len(record))
    for cut in range(total):
        whole = sum(1 for end in ends[1:] if end <= cut)
        assert first_bad(check({**ours, "events.bin": ours["events.bin"][:cut]}, world.key)) == whole + 1


def test_every_tail_cut_with_an_adapted_manifest(world: World, ours: Members) -> None:
    for n in range(ROUNDS):
        assert first_bad(forged(world, ours, world.entries[OURS][:n])) == n + 1


def test_every_row_rewritten_and_rehashed(world: World, ours: Members) -> None:
    for n in range(1, ROUNDS + 1):
        assert (
            first_bad(forged(world, ours, rehashed(OURS, world.entries[OURS], n, b'{"did":"nothing"}'))) == n
        )


def test_rewriting_between_rare_checkpoints_names_the_stretch(tmp_path: Path) -> None:
    made = world_of(ROUNDS, seal_every=4)
    content = members(made, OURS, tmp_path)
    for n in range(1, ROUNDS + 1):
        report = forged(made, content, rehashed(OURS, made.entries[OURS], n, b"{}"))
        start = (n - 1) // 4 * 4 + 1
        assert first_bad(report) == start
        assert f"至第 {start + 3} 条" in report.faults[0].text


def test_rows_of_another_history_are_found_where_they_begin(tmp_path: Path) -> None:
    """Only the link between the rows tells:
    each row by itself is in order, and the checkpoint comes at the end.
    """
    made = world_of(ROUNDS, seal_every=ROUNDS)
    content = members(made, OURS, tmp_path)
    other = rehashed(OURS, made.entries[OURS], 1, b"{}")
    for n in range(1, ROUNDS):
        assert first_bad(forged(made, content, made.entries[OURS][:n] + other[n:])) == n + 1


def test_wrong_number_that_was_written_is_found_although_hashes_and_signature_fit(tmp_path: Path) -> None:
    made = world_of(3, seal_every=4)
    before = made.head(OURS).hash
    made.entries[OURS].append(Entry(2, before, b"{}", entry_hash(OURS, 2, before, b"{}")))
    made.seal()
    assert first_bad(check(members(made, OURS, tmp_path), made.key)) == 4


def test_rows_put_in_renumbered_are_found(world: World, ours: Members) -> None:
    """A new row in the middle, all later ones renumbered and rehashed."""
    for n in range(1, ROUNDS + 1):
        rows = world.entries[OURS]
        longer = [*rows[:n], *(replace(row, seq=row.seq + 1) for row in rows[n - 1 :])]
        assert first_bad(forged(world, ours, rehashed(OURS, longer, n, b"{}"))) == n


def test_unsigned_rows_at_the_end_are_no_evidence(world: World, ours: Members) -> None:
    more = world_of(1, key=world.key)
    more.entries[OURS] = list(world.entries[OURS])
    more.write(OURS, b'{"late":1}')
    report = forged(world, ours, more.entries[OURS])
    assert first_bad(report) == ROUNDS + 1


def test_every_row_taken_from_another_tenant(world: World, ours: Members) -> None:
    for n in range(ROUNDS):
        rows = list(world.entries[OURS])
        rows[n] = world.entries[THEIRS][n]
        assert first_bad(forged(world, ours, rows)) == n + 1


def test_bundles_mixed_between_tenants(world: World, ours: Members, theirs: Members) -> None:
    for name in ours:
        assert check({**ours, name: theirs[name]}, world.key).code == 1
    assert first_bad(check({**ours, "events.bin": theirs["events.bin"]}, world.key)) == 1
    assert check(theirs, world.key).code == 0
    assert check(theirs, world.key, tenant=str(OURS)).code == 1


def test_every_pair_of_checkpoints_swapped(world: World, ours: Members) -> None:
    for one, two in combinations(range(ROUNDS), 2):

        def swap(value: Any, one: int = one, two: int = two) -> None:
            items = value["checkpoints"]
            items[one], items[two] = items[two], items[one]

        report = check(with_json(ours, "checkpoints.json", swap), world.key)
        assert report.code == 1
        assert report.faults[0].where == "checkpoint"
        assert f"检查点 {report.faults[0].index} " in report.faults[0].text


@pytest.mark.parametrize("part", ["body", "signature", "size", "head", "index", "proof"])
def test_every_part_of_a_checkpoint_taken_from_its_neighbour(part: str, world: World, ours: Members) -> None:
    for n in range(1, ROUNDS):

        def mix(value: Any, n: int = n) -> None:
            value["checkpoints"][n][part] = value["checkpoints"][n - 1][part]

        content = with_json(ours, "checkpoints.json", mix)
        report = check(content, world.key)
        assert (report.code == 1) is (content != ours)
        if report.code:
            named = n if part == "body" else n + 1
            assert (report.faults[0].where, report.faults[0].index) == ("checkpoint", named)


def test_key_of_somebody_else(world: World, ours: Members) -> None:
    report = check(ours, SigningKey.generate())
    assert (report.code, report.faults[0].where, report.faults[0].index) == (1, "checkpoint", 1)
    assert "公钥" in report.faults[0].text


def test_whole_history_signed_by_somebody_else(world: World, tmp_path: Path) -> None:
    stranger = world_of(ROUNDS, word="未受理")
    assert check(members(stranger, OURS, tmp_path), stranger.key).code == 0
    assert check(members(stranger, OURS, tmp_path), world.key).code == 1


def test_manifest_cannot_name_other_keys(world: World, ours: Members) -> None:
    for keys in ([], [SigningKey.generate().public.hex], [world.key.public.hex] * 2):
        changed = with_json(ours, "manifest.json", lambda value, keys=keys: value.update(keys=keys))
        assert check(changed, world.key).code == 1


def test_signer_who_rewrites_history_is_found_by_ones_own_copy(world: World, tmp_path: Path) -> None:
    rewritten = world_of(ROUNDS, key=world.key, word="未受理")
    content = members(rewritten, OURS, tmp_path)
    assert check(content, world.key).code == 0
    kept = checkpoints_json(world.extracts(OURS)[5:6])
    report = check(content, world.key, witnesses=[kept])
    assert (report.code, report.faults[0].where, report.faults[0].index) == (1, "checkpoint", 6)
    assert "改写" in report.faults[0].text


def test_older_state_is_found_by_a_newer_copy(world: World, tmp_path: Path) -> None:
    older = World(world.key, {**world.entries, OURS: world.entries[OURS][:7]}, world.sealed[:7])
    content = members(older, OURS, tmp_path)
    assert check(content, world.key).code == 0
    assert first_bad(check(content, world.key, witnesses=[checkpoints_json(world.extracts(OURS)[-1:])])) == 8


def test_part_of_a_history_must_start_at_a_checkpoint(world: World, tmp_path: Path) -> None:
    whole = world.entries[OURS]
    part = World(world.key, world.entries, world.sealed[4:])
    content = members(part, OURS, tmp_path, start=Head(OURS, 5, whole[4].entry_hash))
    assert check(content, world.key).rows == ROUNDS - 5
    assert check(content, world.key).code == 0
    later = World(world.key, world.entries, world.sealed[5:])
    loose = members(later, OURS, tmp_path, start=Head(OURS, 5, whole[4].entry_hash))
    assert check(loose, world.key).faults[0].index == 6
    for claim in ({"prev_hash": "00" * 32}, {"first_seq": 5}, {"first_seq": 7}):
        assert check(with_json(content, "manifest.json", lambda v, c=claim: v.update(c)), world.key).code == 1


def test_checkpoint_that_skips_a_link_is_found(world: World, tmp_path: Path) -> None:
    """Two histories by the same key, woven together."""
    other = world_of(ROUNDS, key=world.key, word="未受理")
    woven = World(world.key, other.entries, [*world.sealed[:1], *other.sealed[1:]])
    report = check(members(woven, OURS, tmp_path), world.key)
    assert [fault.where for fault in report.faults][:1] == ["checkpoint"]
    assert report.faults[0].index == 2


def test_empty_history_passes_and_an_added_row_does_not(tmp_path: Path) -> None:
    made = World()
    made.seal()
    content = members(made, OURS, tmp_path)
    assert check(content, made.key).code == 0
    made.write(OURS, b"{}")
    assert first_bad(forged(made, content, made.entries[OURS])) == 1
    assert json.loads(content["manifest.json"])["last_seq"] == 0
