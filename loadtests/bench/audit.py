"""Audit cost: a changing transaction with its chained event against the same one without; and the offline verifier's rate (G16)."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import insert

from kernel.audit.bundle import write_bundle
from kernel.audit.chain import Entry, Head, canonical_body, entry_hash
from kernel.audit.checkpoint import extract, next_checkpoint, sign
from kernel.audit.verifier.gjj_verify import verify_bundle
from kernel.crypto.signing import SigningKey
from kernel.db.ids import uuid7
from kernel.events.models import JobKey
from loadtests.bench.database import Bench
from loadtests.bench.lines import Goal, Result, rate, ratio

COST = Goal("audit cost", floor=0.65, goal=0.80)
VERIFIER = Goal("G16 verifier", floor=300_000, goal=600_000, unit="rows/s")
WRITES, EVENTS = 400, 200_000


def cost(bench: Bench) -> Result:
    """One connection, one row a transaction, fsync on."""
    scope = bench.scope(bench.centres[1])

    def write(*, audited: bool) -> int:
        for _ in range(WRITES):
            with bench.door.tenant_tx(scope) as session:
                session.execute(
                    insert(JobKey).values(tenant_id=scope.tenant_id, id=uuid7(), key=str(uuid7()))
                )
                if audited:
                    session.audit("bench.wrote", "job_key", "x", "压测写入")
        return WRITES

    return ratio(COST, lambda: write(audited=True), lambda: write(audited=False))


def verifier() -> Result:
    """Exact bytes of a large export, read from disk each time."""
    with tempfile.TemporaryDirectory(prefix="gjj-bench-") as folder:
        file = Path(folder) / "bundle.zip"
        key = sealed_bundle(file, EVENTS)

        def check() -> int:
            report = verify_bundle(file, [key])
            if report.code != 0:
                raise RuntimeError("the verifier refused a good bundle")
            return report.rows

        return rate(VERIFIER, check)


def sealed_bundle(file: Path, events: int) -> bytes:
    """An export of so many events under one checkpoint; gives the public key that signed it."""
    key, tenant = SigningKey.generate(), UUID(int=1)
    head, entries = Head.empty(tenant), []
    for seq in range(1, events + 1):
        body = canonical_body(
            {"action": "bench.wrote", "at": "2026-11-24T00:00:00+00:00", "n": seq, "summary": "压测写入一行"}
        )
        entries.append(Entry(seq, head.hash, body, entry_hash(tenant, seq, head.hash, body)))
        head = Head(tenant, seq, entries[-1].entry_hash)
    signed = sign(next_checkpoint(None, [head], datetime(2026, 11, 24, tzinfo=UTC)), key)
    write_bundle(file, Head.empty(tenant), entries, [extract(signed, [head], tenant)], [key.public])
    return key.public.raw
