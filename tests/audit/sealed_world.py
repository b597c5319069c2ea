"""A small deployment without a database:
three tenants, their chains, a checkpoint after each round of events.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from unittest import mock
from uuid import UUID

from kernel.audit.bundle import write_bundle
from kernel.audit.chain import Entry, Head, canonical_body, entry_hash
from kernel.audit.checkpoint import (
    Checkpoint,
    CheckpointExtract,
    SignedCheckpoint,
    extract,
    next_checkpoint,
    sign,
)
from kernel.audit.verifier import gjj_verify
from kernel.crypto.signing import SigningKey

OURS = UUID("0190a000-0000-7000-8000-000000000001")
THEIRS = UUID("0190a000-0000-7000-8000-000000000002")
THIRD = UUID("0190a000-0000-7000-8000-000000000003")
START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
Members = dict[str, bytes]


@dataclass
class World:
    """Everything that was written and sealed."""

    key: SigningKey = field(default_factory=SigningKey.generate)
    entries: dict[UUID, list[Entry]] = field(default_factory=lambda: {OURS: [], THEIRS: [], THIRD: []})
    sealed: list[tuple[SignedCheckpoint, list[Head]]] = field(default_factory=list)

    def head(self, tenant: UUID) -> Head:
        """Where the tenant's chain ends now."""
        rows = self.entries[tenant]
        return Head(tenant, len(rows), rows[-1].entry_hash) if rows else Head.empty(tenant)

    def write(self, tenant: UUID, body: bytes) -> None:
        """Append one event."""
        head = self.head(tenant)
        seq = head.size + 1
        self.entries[tenant].append(Entry(seq, head.hash, body, entry_hash(tenant, seq, head.hash, body)))

    def seal(self) -> None:
        """Sign a checkpoint over all heads."""
        heads = [self.head(tenant) for tenant in self.entries]
        previous = Checkpoint.parse(self.sealed[-1][0].body) if self.sealed else None
        made = next_checkpoint(previous, heads, START + timedelta(seconds=len(self.sealed)))
        self.sealed.append((sign(made, self.key), heads))

    def extracts(self, tenant: UUID) -> list[CheckpointExtract]:
        """The tenant's part of each checkpoint."""
        return [extract(signed, heads, tenant) for signed, heads in self.sealed]


def world_of(rounds: int, *, seal_every: int = 1, key: SigningKey | None = None, word: str = "受理") -> World:
    """`rounds` events for each tenant, with a checkpoint after every `seal_every` of them."""
    made = World() if key is None else World(key)
    for n in range(1, rounds + 1):
        for tenant in made.entries:
            made.write(tenant, canonical_body({"n": n, "did": word, "at": tenant.hex[-1]}))
        if n % seal_every == 0:
            made.seal()
    return made


def members(made: World, tenant: UUID, folder: Path, *, start: Head | None = None) -> Members:
    """The bundle of that tenant, as the three members' bytes."""
    path = folder / "bundle.zip"
    path.unlink(missing_ok=True)
    begin = start or Head.empty(tenant)
    write_bundle(path, begin, made.entries[tenant][begin.size :], made.extracts(tenant), [made.key.public])
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(content: Members) -> io.BytesIO:
    """The members as a ZIP in memory."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    target.seek(0)
    return target


def records(rows: list[Entry]) -> list[bytes]:
    """Each event as it lies in `events.bin`, written out here once more and not by the code under test."""
    return [
        b"\0\0\0\x08" + row.seq.to_bytes(8, "big") + b"\0\0\0\x20" + row.prev_hash
        + len(row.body).to_bytes(4, "big") + row.body + row.entry_hash
        for row in rows
    ]  # fmt: skip


def with_events(content: Members, rows: list[Entry], **manifest: Any) -> Members:
    """The bundle with other events; a clever forger also adapts the manifest."""
    changed = dict(content)
    changed["events.bin"] = b"".join(records(rows))
    return with_json(changed, "manifest.json", lambda value: value.update(manifest)) if manifest else changed


def with_json(content: Members, name: str, change: Callable[[Any], object]) -> Members:
    """The bundle with a changed JSON member in canonical spelling."""
    value = json.loads(content[name])
    change(value)
    return {**content, name: json.dumps(value, sort_keys=True, separators=(",", ":")).encode()}


def rehashed(tenant: UUID, rows: list[Entry], seq: int, body: bytes) -> list[Entry]:
    """Row `seq` gets another body and every later hash is computed anew: the chain alone cannot tell."""
    made, before = list(rows[: seq - 1]), rows[seq - 1].prev_hash
    for row in rows[seq - 1 :]:
        text = body if row.seq == seq else row.body
        new = replace(row, prev_hash=before, body=text, entry_hash=entry_hash(tenant, row.seq, before, text))
        made.append(new)
        before = new.entry_hash
    return made


def check(content: Members, key: SigningKey, **more: Any) -> gjj_verify.Report:
    """Run the offline verifier with the key that one trusts."""
    return gjj_verify.verify_bundle(zipped(content), [key.public.raw], **more)


@contextmanager
def signatures_remembered() -> Iterator[None]:
    """The plain Python signature check is a pure function of milliseconds:
    grids of thousands remember its answers.
    """
    with mock.patch.object(gjj_verify, "ed25519_verify", lru_cache(maxsize=None)(gjj_verify.ed25519_verify)):
        yield
