"""The witness file: every signed checkpoint once more, one line each, outside the database. Only appended to.

It also guards against a database that was put back to an older state: signing on from there would give a number a second meaning.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kernel.audit.checkpoint import Checkpoint, CheckpointRefused, SignedCheckpoint

NAME = "checkpoints.jsonl"
_TAIL = 4096  # more than one line: 135 + 64 bytes in hex and the names


class WitnessDiffers(Exception):
    """The file tells another history than the database."""


class WitnessFile:
    """`checkpoints.jsonl` in a folder of its own. Lines are `{"body","key_id","signature"}`, ascending, without a gap."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = folder / NAME

    def last(self) -> SignedCheckpoint | None:
        """The newest whole line; None for an empty file. A line torn by a crash was never complete and does not count."""
        try:
            with self.path.open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL))
                whole = file.read().rpartition(b"\n")[0]
        except FileNotFoundError:
            return None
        return _read(whole.rpartition(b"\n")[2]) if whole else None

    def append(self, checkpoints: Iterable[SignedCheckpoint]) -> int:
        """Add those that follow; gives how many. Raises WitnessDiffers when one does not follow on the last line."""
        added = 0
        with self._alone() as handle:
            last = self.last()
            for signed in checkpoints:
                if last is not None and not _follows(last, signed):
                    if Checkpoint.parse(signed.body).number <= Checkpoint.parse(last.body).number:
                        continue  # another process was first
                    raise WitnessDiffers("数据库中的检查点与数据库之外的见证文件不相接。")
                os.write(handle, _line(signed))
                os.fsync(handle)
                last, added = signed, added + 1
        return added

    def require_consistent(self, newest: SignedCheckpoint | None) -> int:
        """Number of the last line (0: none). Raises WitnessDiffers when the file knows more than the database, or something else."""
        last = self.last()
        if last is None:
            return 0
        written = Checkpoint.parse(last.body).number
        stored = 0 if newest is None else Checkpoint.parse(newest.body).number
        if written > stored:
            raise WitnessDiffers("见证文件比数据库新：数据库可能被恢复到了较早的状态。")
        if newest is not None and written == stored and newest.body != last.body:
            raise WitnessDiffers("同一个检查点在数据库和见证文件中内容不同。")
        return written

    def __iter__(self) -> Iterator[SignedCheckpoint]:
        """Every whole line, oldest first."""
        if self.path.exists():
            with self.path.open("rb") as file:
                yield from (_read(line) for line in file if line.endswith(b"\n"))

    @contextmanager
    def _alone(self) -> Iterator[int]:
        """The file opened for one writer, without the torn end that a crash may have left."""
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            size = os.fstat(handle).st_size
            start = max(0, size - _TAIL)
            end = os.pread(handle, _TAIL, start)
            if end and not end.endswith(b"\n"):
                os.ftruncate(handle, start + end.rfind(b"\n") + 1)
            yield handle
        finally:
            os.close(handle)


def _follows(last: SignedCheckpoint, signed: SignedCheckpoint) -> bool:
    before, now = Checkpoint.parse(last.body), Checkpoint.parse(signed.body)
    return now.number == before.number + 1 and now.previous_hash == before.hash()


def _line(signed: SignedCheckpoint) -> bytes:
    value = {"body": signed.body.hex(), "key_id": signed.key_id, "signature": signed.signature.hex()}
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode("ascii") + b"\n"


def _read(line: bytes) -> SignedCheckpoint:
    try:
        value = json.loads(line)
        found = SignedCheckpoint(
            bytes.fromhex(value["body"]), str(value["key_id"]), bytes.fromhex(value["signature"])
        )
        Checkpoint.parse(found.body)
    except (ValueError, KeyError, TypeError, CheckpointRefused):
        raise WitnessDiffers("见证文件中有一行读不出来。") from None
    return found
