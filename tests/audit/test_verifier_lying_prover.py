"""AUD-2: thousands of mutated exports. None with other content is accepted, none makes the verifier fail."""

from __future__ import annotations

import io
import json
import os
import random
import zipfile
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from kernel.audit.verifier import gjj_verify
from tests.audit.sealed_world import (
    OURS,
    THEIRS,
    Members,
    World,
    check,
    members,
    signatures_remembered,
    world_of,
    zipped,
)

CASES = 10_000 if os.environ.get("GJJ_LONG") else 2_000
SEED = 20260302
ODD: list[Any] = [
    None,
    True,
    0,
    -1,
    1,
    2**63,
    2**64,
    10**30,
    1.0,
    "",
    "0",
    "zz",
    "00" * 32,
    [],
    {},
    [[]],
    "\u0663",
    "é",
]


@pytest.fixture(autouse=True, scope="module")
def remembered() -> Iterator[None]:
    with signatures_remembered():
        yield


@pytest.fixture(scope="module")
def world() -> World:
    return world_of(8, seal_every=2)


@pytest.fixture(scope="module")
def pair(world: World, tmp_path_factory: pytest.TempPathFactory) -> tuple[Members, Members]:
    folder = tmp_path_factory.mktemp("pair")
    return members(world, OURS, folder), members(world, THEIRS, folder)


def test_no_mutated_content_is_accepted(world: World, pair: tuple[Members, Members]) -> None:
    rng, ours, theirs = random.Random(SEED), *pair
    answers, truthful = {1: 0, 2: 0}, 0
    for case in range(CASES):
        changed = dict(ours)
        for _ in range(rng.choice((1, 1, 1, 2, 3))):
            name = rng.choice(sorted(changed))
            kinds: list[Callable[[random.Random, bytes, bytes], bytes]] = [_bytes_changed, _taken]
            if name.endswith(".json"):
                kinds += [_json_changed] * 4
            changed[name] = rng.choice(kinds)(rng, changed[name], theirs[name])
        if changed == ours:
            continue
        report = check(changed, world.key, tenant=str(OURS))
        if report.code == 0 and _says_less_but_nothing_else(changed, ours):
            truthful += 1
            continue
        assert report.code != 0, f"case {case} accepted"
        assert not any("读不出来" in note for note in report.notes), (
            f"case {case} was not foreseen: {report.notes}"
        )
        answers[report.code] += 1
    assert answers[1] > 0.9 * CASES
    assert answers[2] == 0
    assert truthful < 0.03 * CASES


def test_no_mutated_file_is_accepted_or_fails(world: World, pair: tuple[Members, Members]) -> None:
    rng, ours = random.Random(SEED + 1), pair[0]
    raw = zipped(ours).getvalue()
    for case in range(CASES // 4):
        changed = raw
        for _ in range(rng.choice((1, 2, 8))):
            changed = _bytes_changed(rng, changed, raw)
        report = gjj_verify.verify_bundle(io.BytesIO(changed), [world.key.public.raw])
        assert report.code in (0, 1, 2)
        if report.code == 0:
            assert _content(changed) == ours, f"case {case} accepted"


def test_random_bytes_are_not_checked_rather_than_passed(world: World) -> None:
    rng = random.Random(SEED + 2)
    for _ in range(200):
        report = gjj_verify.verify_bundle(
            io.BytesIO(rng.randbytes(rng.randrange(400))), [world.key.public.raw]
        )
        assert report.code == 2


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("manifest.json", b"[" * 100_000),
        ("manifest.json", b"{" + b'"a":' * 50_000),
        ("manifest.json", b"9" * 20_000),
        ("manifest.json", b"\xff\xfe"),
        ("checkpoints.json", b'{"checkpoints":[' + b"[" * 50_000),
        ("checkpoints.json", b'{"checkpoints":[]}'),
        ("checkpoints.json", b"NaN"),
        ("checkpoints.json", b" " * (17 * 1024 * 1024)),
        ("events.bin", bytes(5 * 1024 * 1024)),
        ("events.bin", b"\0\0\0\x08" + bytes(8) + b"\0\0\0\x20" + bytes(32) + b"\xff" * 4),
    ],
)
def test_hostile_member_is_found(name: str, data: bytes, world: World, pair: tuple[Members, Members]) -> None:
    assert check({**pair[0], name: data}, world.key).code == 1


@pytest.mark.parametrize("name", ["manifest.json", "checkpoints.json"])
def test_other_spellings_of_the_same_are_refused(
    name: str, world: World, pair: tuple[Members, Members]
) -> None:
    data = pair[0][name]
    value = json.loads(data)
    first = next(iter(value))
    twice = b'{"' + first.encode() + b'":0,' + data[1:]
    loose = [json.dumps(value).encode(), data + b"\n", b"\xef\xbb\xbf" + data, twice]
    for spelling in [
        *loose,
        data.replace(b'"size":2', b'"size":2.0').replace(b'"version":1', b'"version":1.0'),
    ]:
        assert spelling != data
        assert check({**pair[0], name: spelling}, world.key).code == 1


def test_endless_record_is_refused_before_it_is_read() -> None:
    chain = gjj_verify.Chain(gjj_verify.Manifest(OURS.bytes, 1, 1, bytes(32), bytes(32), []), [])
    for length in (2**20 + 1, 2**32 - 1):
        with pytest.raises(gjj_verify.Fault) as found:
            chain.feed(gjj_verify.RECORD.pack(8, 1, 32, bytes(32), length))
        assert found.value.index == 1


def test_repeated_missing_or_added_members_are_not_checked(
    world: World, pair: tuple[Members, Members]
) -> None:
    ours = pair[0]
    for name in ours:
        assert check({key: data for key, data in ours.items() if key != name}, world.key).code == 2
    assert check({**ours, "../manifest.json": b"{}"}, world.key).code == 2
    twice = zipped(ours)
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(twice, "a") as archive:
        archive.writestr("events.bin", b"")
    assert gjj_verify.verify_bundle(twice, [world.key.public.raw]).code == 2


def test_packed_members_are_read_too(world: World, pair: tuple[Members, Members]) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in pair[0].items():
            archive.writestr(name, data)
    assert gjj_verify.verify_bundle(target, [world.key.public.raw]).code == 0


def test_damaged_storage_names_the_row(world: World, tmp_path: Path) -> None:
    """A bit that rots inside the ZIP breaks its checksum at the end: the row is named all the same."""
    ours = members(world, OURS, tmp_path)
    raw = bytearray((tmp_path / "bundle.zip").read_bytes())
    raw[raw.index(ours["events.bin"]) + 60] ^= 4
    report = gjj_verify.verify_bundle(io.BytesIO(bytes(raw)), [world.key.public.raw])
    assert (report.code, report.faults[0].where, report.faults[0].index) == (1, "event", 1)


def _says_less_but_nothing_else(changed: Members, ours: Members) -> bool:
    """A checkpoint in the middle may be left out: what remains is as true as before. Nothing else may differ."""
    if changed["events.bin"] != ours["events.bin"] or changed["manifest.json"] != ours["manifest.json"]:
        return False
    left, all_of_them = (json.loads(c["checkpoints.json"])["checkpoints"] for c in (changed, ours))
    return (
        left[-1] == all_of_them[-1] and left == [item for item in all_of_them if item in left] != all_of_them
    )


def _bytes_changed(rng: random.Random, data: bytes, other: bytes) -> bytes:
    place = rng.randrange(len(data) + 1)
    length = rng.choice((1, 1, 4, 32, 84, len(data)))
    kind = rng.randrange(6)
    if kind == 0 and place < len(data):
        return data[:place] + bytes((data[place] ^ 1 << rng.randrange(8),)) + data[place + 1 :]
    if kind == 1:
        return data[:place] + data[place + length :]
    if kind == 2:
        return data[:place] + rng.randbytes(rng.choice((1, 4, 32))) + data[place:]
    if kind == 3:
        return data[:place] + data[place : place + length] + data[place:]
    if kind == 4:
        return data[:place] + other[place : place + length] + data[place + length :]
    return data[:place]


def _taken(rng: random.Random, data: bytes, other: bytes) -> bytes:
    return other


def _json_changed(rng: random.Random, data: bytes, other: bytes) -> bytes:
    """A change of meaning in perfect spelling, so that only the meaning can give it away."""
    try:
        value, foreign = json.loads(data), json.loads(other)
    except ValueError:
        return data
    slots = list(_slots(value))
    if not slots:
        return data
    holder, key = rng.choice(slots)
    donors = deepcopy(
        [inner[place] for inner, place in _slots(foreign)] + [inner[place] for inner, place in slots]
    )
    kind = rng.randrange(6)
    old = holder[key]
    if kind == 0:
        holder[key] = rng.choice(ODD)
    elif kind == 1:
        holder[key] = rng.choice(donors)
    elif kind == 2:
        del holder[key]
    elif kind == 3 and isinstance(holder, list):
        holder.insert(key, rng.choice(donors))
    elif kind == 4 and isinstance(old, int):
        holder[key] = old + rng.choice((-2, -1, 1, 2))
    elif isinstance(old, str) and old:
        place = rng.randrange(len(old))
        holder[key] = old[:place] + rng.choice("0123456789abcdefABCDEF") + old[place + 1 :]
    else:
        holder[key] = [old]
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def _slots(value: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, dict):
        places: list[Any] = sorted(value)
    elif isinstance(value, list):
        places = list(range(len(value)))
    else:
        return
    for place in places:
        yield value, place
        yield from _slots(value[place])


def _content(raw: bytes) -> Members:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
