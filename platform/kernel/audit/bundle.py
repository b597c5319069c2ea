"""Writes the audit export that the offline verifier reads: one tenant's exact events, checkpoints and proofs.

A ZIP with exactly three members, so that one content has one set of bytes:

* `events.bin`: the events one after the other, each as
  `u32(8) ‖ u64(seq) ‖ u32(32) ‖ previous hash ‖ u32(n) ‖ body ‖ entry hash 32`.
  All but the last part is what was hashed after the tag and the tenant id.
* `checkpoints.json`: `{"checkpoints":[{"body","signature","key_id","size","head","index","proof":[…]}]}`,
  ascending numbers. A centre's own copies (`--witness`) have the same form, in a file by themselves.
* `manifest.json`: `format`, `version`, `tenant_id`, `first_seq`, `last_seq`, `prev_hash` (before the first),
  `head_hash`, `keys` (those that signed a checkpoint here, ascending).

JSON is canonical (sorted keys, no spaces, ASCII), bytes are lower-case hex. Nothing in the manifest is taken
on trust.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from struct import Struct
from typing import Any

from kernel.audit.chain import Entry, Head
from kernel.audit.checkpoint import Checkpoint, CheckpointExtract
from kernel.crypto.signing import VerifyKey

FORMAT = "gjj-audit-bundle"
VERSION = 1
_RECORD = Struct(">IQI32sI")
_FIXED_DATE = (1980, 1, 1, 0, 0, 0)


def write_bundle(
    path: Path,
    start: Head,
    entries: Iterable[Entry],
    extracts: Sequence[CheckpointExtract],
    keys: Sequence[VerifyKey],
) -> Head:
    """Write the bundle (mode 0600, never over another file); gives the head of what was written.

    `start` is the head before the first entry: `Head.empty` for the whole chain, otherwise the head of the
    first extract. Entries after the last checkpoint are left out, since no signature covers them. Entries are
    written as they are found, right or wrong: judging is the verifier's part. Each checkpoint costs the
    verifier a few milliseconds: the first of each day and the last are plenty. `keys` are the public keys
    that signed. Raises ValueError without a checkpoint, when one belongs to another tenant or its key is not
    among `keys`; FileExistsError when the file is there.
    """
    if not extracts or any(item.head.tenant_id != start.tenant_id for item in extracts):
        raise ValueError("a bundle has at least one checkpoint, all of one tenant")
    used = {item.signed.key_id for item in extracts}
    if not used <= {key.key_id for key in keys}:
        raise ValueError("the public key of a checkpoint is missing")
    ordered = sorted(extracts, key=lambda item: Checkpoint.parse(item.signed.body).number)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "wb") as file, zipfile.ZipFile(file, "w") as archive:
        head = _write_events(archive, start, entries, ordered[-1].head.size)
        archive.writestr(zipfile.ZipInfo("checkpoints.json", _FIXED_DATE), checkpoints_json(ordered))
        archive.writestr(
            zipfile.ZipInfo("manifest.json", _FIXED_DATE),
            _manifest(start, head, [key for key in keys if key.key_id in used]),
        )
    return head


def checkpoints_json(extracts: Iterable[CheckpointExtract]) -> bytes:
    """The bytes of `checkpoints.json`, also of a witness file that a centre keeps for itself."""
    return _canonical({"checkpoints": [_extract_json(item) for item in extracts]})


def _write_events(archive: zipfile.ZipFile, start: Head, entries: Iterable[Entry], last_seq: int) -> Head:
    head = start
    # Stored, not packed: unpacking would take longer than hashing.
    with archive.open(zipfile.ZipInfo("events.bin", _FIXED_DATE), "w", force_zip64=True) as file:
        for entry in entries:
            if entry.seq > last_seq:
                break
            file.write(
                _RECORD.pack(8, entry.seq, 32, entry.prev_hash, len(entry.body))
                + entry.body
                + entry.entry_hash
            )
            head = Head(start.tenant_id, entry.seq, entry.entry_hash)
    return head


def _extract_json(item: CheckpointExtract) -> dict[str, Any]:
    return {
        "body": item.signed.body.hex(),
        "signature": item.signed.signature.hex(),
        "key_id": item.signed.key_id,
        "size": item.head.size,
        "head": item.head.hash.hex(),
        "index": item.index,
        "proof": [part.hex() for part in item.proof],
    }


def _manifest(start: Head, head: Head, keys: Sequence[VerifyKey]) -> bytes:
    return _canonical(
        {
            "format": FORMAT,
            "version": VERSION,
            "tenant_id": str(start.tenant_id),
            "first_seq": start.size + 1,
            "last_seq": head.size,
            "prev_hash": start.hash.hex(),
            "head_hash": head.hash.hex(),
            "keys": sorted({key.hex for key in keys}),
        }
    )


def _canonical(value: dict[str, Any]) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode("ascii")
