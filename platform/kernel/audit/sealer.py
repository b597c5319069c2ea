"""Signs a checkpoint over all chains within a second of a change, and once an hour when nothing happens (rule R10).

Before it signs, it reads what was stored since the last checkpoint and computes it again: a signature over a flipped bit can never be
taken back. A chain that differs is held at its last sealed head and raises an alarm; the others go on. Nothing leaves this process before
the database has committed it, so a crash at any point leaves one checkpoint of a number or none.
"""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from kernel.audit import sealing_store
from kernel.audit.chain import ChainBroken, Head, verify_entries
from kernel.audit.checkpoint import Checkpoint, SignedCheckpoint, next_checkpoint, sign
from kernel.audit.sealing_store import ChainNow
from kernel.audit.witness_file import WitnessDiffers, WitnessFile
from kernel.crypto.signing import SigningKey
from kernel.db import Database

log = structlog.get_logger("gjj.sealer")

LOOK_S = 0.25
AT_MOST_EVERY_S = 1.0
HEARTBEAT = timedelta(hours=1)


class Sealer:
    """`healthy` is False while something is found that must not be signed; the reasons are in the log and on the audit page."""

    def __init__(self, database: Database, key: SigningKey, witness_dir: Path | None = None) -> None:
        self._database, self._key = database, key
        self._witness = None if witness_dir is None else WitnessFile(witness_dir)
        self.healthy = True

    def round(self) -> Checkpoint | None:
        """Look once; the checkpoint when one was signed. Raises SQLAlchemyError and OSError when it can't look."""
        with self._database.process_tx() as connection:
            chains = sealing_store.chains(connection)
            province = next((chain.province_id for chain in chains if chain.province_id is not None), None)
            if province is None:
                return None  # not set up yet
            newest = sealing_store.newest(connection, province)
            if not self._witness_agrees(connection, province, newest):
                return None
            moved, broken = self._recomputed(connection, chains)
        self._note(chains, broken)
        self.healthy = not broken
        previous = None if newest is None else Checkpoint.parse(newest.body)
        now = datetime.now(UTC)
        if not moved and (previous is None or now - previous.at < HEARTBEAT):
            return None
        return self._seal(province, previous, chains, moved, now)

    def _recomputed(
        self, connection: Connection, chains: list[ChainNow]
    ) -> tuple[dict[UUID, Head], dict[UUID, ChainBroken]]:
        moved: dict[UUID, Head] = {}
        broken: dict[UUID, ChainBroken] = {}
        for chain in chains:
            if chain.moved:
                try:
                    moved[chain.chain_id] = _recompute(connection, chain)
                except ChainBroken as found:
                    broken[chain.chain_id] = found
        return moved, broken

    def _seal(
        self,
        province: UUID,
        previous: Checkpoint | None,
        chains: list[ChainNow],
        moved: dict[UUID, Head],
        now: datetime,
    ) -> Checkpoint:
        heads = [moved.get(chain.chain_id, chain.sealed) for chain in chains]
        at = now if previous is None else max(now, previous.at)
        made = next_checkpoint(previous, [head for head in heads if head.size], at)
        signed = sign(made, self._key)
        with self._database.process_tx() as connection:
            sealing_store.store(connection, province, signed, self._key.public, list(moved.values()))
        if self._witness is not None:
            self._witness.append([signed])
        log.info("sealed", number=made.number, chains=len(moved))
        return made

    def _witness_agrees(
        self, connection: Connection, province: UUID, newest: SignedCheckpoint | None
    ) -> bool:
        """Compare with the file outside the database and write down what a crash kept from it."""
        if self._witness is None:
            return True
        try:
            written = self._witness.require_consistent(newest)
            if newest is not None and written < Checkpoint.parse(newest.body).number:
                self._witness.append(sealing_store.after(connection, province, written))
        except WitnessDiffers as found:
            self.healthy = False
            if sealing_store.verdict(connection, province, 0, str(found)):
                log.error("witness file differs", reason=str(found))
            return False
        return True

    def _note(self, chains: list[ChainNow], broken: dict[UUID, ChainBroken]) -> None:
        """Alarms that are new, and those that are over."""
        over = [chain.chain_id for chain in chains if chain.alarmed and chain.chain_id not in broken]
        if not broken and not over:
            return
        with self._database.process_tx() as connection:
            for chain_id, found in broken.items():
                if sealing_store.verdict(connection, chain_id, found.seq, found.reason_zh):
                    log.error("chain differs", chain=str(chain_id), seq=found.seq)
            for chain_id in over:
                sealing_store.verdict(connection, chain_id, 0, None)
                log.warning("chain is sound again", chain=str(chain_id))


def run(
    database: Database,
    signing_key: SigningKey,
    witness_dir: Path | None = None,
    stop: threading.Event | None = None,
) -> None:
    """Seal until `stop` is set; without `stop` look once, for a loop around it.

    The loop outlives a database that is away. `witness_dir` is a folder outside the database, better on another disk.
    """
    sealer = Sealer(database, signing_key, witness_dir)
    if stop is None:
        sealer.round()
        return
    away = False
    while not stop.is_set():
        began = time.monotonic()
        try:
            sealed, pause = sealer.round() is not None, LOOK_S
            away = False
        except (SQLAlchemyError, OSError) as error:
            if not away:
                log.warning("waiting", kind=type(error).__name__)
            sealed, pause, away = False, AT_MOST_EVERY_S, True
        stop.wait(max(0.0, AT_MOST_EVERY_S - (time.monotonic() - began)) if sealed else pause)


def _recompute(connection: Connection, chain: ChainNow) -> Head:
    """The head that the stored bytes give from the last sealed one on. Raises ChainBroken."""
    head, sealed = chain.now, chain.sealed
    if head is None or head.size < sealed.size:
        first = 1 if head is None else head.size + 1
        raise ChainBroken(chain.chain_id, first, "已签名的记录被删除，链的末尾退回到检查点之前。")
    if head.size == sealed.size:
        raise ChainBroken(chain.chain_id, sealed.size, "链的末尾与已签名的检查点不符，已签名的记录被改写过。")
    found = verify_entries(sealed, sealing_store.entries(connection, chain.chain_id, sealed.size, head.size))
    if found.size != head.size:
        raise ChainBroken(chain.chain_id, found.size + 1, "记录缺失，被删除过。")
    if found.hash != head.hash:
        raise ChainBroken(chain.chain_id, head.size, "链的末尾与最后一条记录不符。")
    return found
