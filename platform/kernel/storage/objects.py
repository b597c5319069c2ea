"""Sealed objects on disk: `folder/tenant/yyyy/mm/id`, folders 0700, files 0600, never overwritten, durable before the row commits.

The place is made of two UUIDs and the month inside the id: no text from outside takes part, so there is nothing to traverse.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import time
from uuid import UUID

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
_TEMPORARY = ".part"


class ObjectMissing(Exception):
    """No object at that place."""


@dataclass(frozen=True)
class Found:
    """A file met on disk: `file_id` is None for a left-over of an interrupted write."""

    path: Path
    file_id: UUID | None
    age_s: float


@dataclass(frozen=True)
class ObjectFolder:
    """The installation's folder of objects, handed to the door (`Database.files`)."""

    root: Path

    def place(self, tenant_id: UUID, file_id: UUID) -> Path:
        """Where that object lies. The month is that of the id (UUID version 7)."""
        at = datetime.fromtimestamp((file_id.int >> 80) / 1000, UTC)
        return self.root / str(tenant_id) / f"{at:%Y}" / f"{at:%m}" / str(file_id)

    def write(self, tenant_id: UUID, file_id: UUID, data: bytes) -> None:
        """Write a new object so that it is whole or not there, also when the power fails. FileExistsError for one that is there."""
        place = self.place(tenant_id, file_id)
        self._make(place.parent)
        part = place.with_name(f"{place.name}.{secrets.token_hex(4)}{_TEMPORARY}")
        try:
            _write_durably(part, data)
            os.link(part, place, follow_symlinks=False)  # unlike rename it never replaces
        finally:
            part.unlink(missing_ok=True)
        _sync(place.parent)

    def read(self, tenant_id: UUID, file_id: UUID) -> bytes:
        """The object's bytes. Raises ObjectMissing."""
        try:
            handle = os.open(self.place(tenant_id, file_id), os.O_RDONLY | os.O_NOFOLLOW)
        except OSError:
            raise ObjectMissing from None
        with os.fdopen(handle, "rb") as file:
            return file.read()

    def remove(self, tenant_id: UUID, file_id: UUID) -> None:
        """Take the object away; nothing happens when it is gone already."""
        self.place(tenant_id, file_id).unlink(missing_ok=True)

    def remove_found(self, found: Found) -> None:
        """Take away what a walk met."""
        found.path.unlink(missing_ok=True)

    def months(self, tenant_id: UUID) -> list[tuple[int, int]]:
        """The months of which the tenant has a folder, oldest first."""
        folders = (self.root / str(tenant_id)).glob("[0-9][0-9][0-9][0-9]/[0-9][0-9]")
        return sorted((int(folder.parent.name), int(folder.name)) for folder in folders)

    def walk(self, tenant_id: UUID, month: tuple[int, int]) -> Iterator[Found]:
        """Everything in that month's folder."""
        folder = self.root / str(tenant_id) / f"{month[0]:04}" / f"{month[1]:02}"
        now = time()
        if not folder.is_dir():
            return
        with os.scandir(folder) as entries:
            for entry in entries:
                age = now - entry.stat(follow_symlinks=False).st_mtime
                yield Found(Path(entry.path), _id(entry.name), age)

    def _make(self, folder: Path) -> None:
        """Each missing folder with mode 0700, its name made durable in the one above."""
        missing = []
        while not folder.is_dir():
            missing.append(folder)
            folder = folder.parent
        for one in reversed(missing):
            one.mkdir(mode=0o700, exist_ok=True)
            _sync(one.parent)


def _id(name: str) -> UUID | None:
    try:
        return UUID(name)
    except ValueError:
        return None


def _write_durably(path: Path, data: bytes) -> None:
    with os.fdopen(os.open(path, _NEW, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
