"""A dossier: members, a manifest that lists them with their sums, and a signature over the manifest.

* `manifest.json`, the first member: canonical JSON (sorted keys, no spaces, ASCII) with `format`, `version`, `facts` (codes and texts
  about the whole) and `files`: for each member path, size, sha256, and `parts`: [title, start, length, sha256] of ranges that together
  cover it, so that a changed byte is named by its paragraph.
* `signature.json`, the last member: `public` and `signature` (Ed25519 over `framed("gjj.dossier.v1", sha256(manifest))`).

The ZIP has one spelling (`container`), so headers and directory are vouched for as well.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

from kernel.crypto.framing import framed
from kernel.crypto.signing import SigningKey
from kernel.evidence.container import container

FORMAT, VERSION = "gjj-dossier", 1
TAG = b"gjj.dossier.v1"
MANIFEST, SIGNATURE, VERIFIER = "manifest.json", "signature.json", "gjj_dossier.py"


@dataclass(frozen=True)
class Part:
    """A range of a member that is named when a byte of it changed."""

    title: str
    data: bytes


@dataclass(frozen=True)
class Member:
    """One file of the dossier; its bytes are those of its parts, one after the other."""

    path: str
    parts: tuple[Part, ...] = field(default=())

    @property
    def data(self) -> bytes:
        """The whole file."""
        return b"".join(part.data for part in self.parts)


def file_member(path: str, data: bytes, title: str = "") -> Member:
    """A file that is one part."""
    return Member(path, (Part(title or path, data),))


def text_member(path: str, paragraphs: Sequence[tuple[str, str]]) -> Member:
    """A UTF-8 text of titled paragraphs; each is a part."""
    return Member(path, tuple(Part(title, f"{title}\n{text}\n\n".encode()) for title, text in paragraphs))


def write_dossier(members: Sequence[Member], facts: Mapping[str, Any], key: SigningKey) -> bytes:
    """The dossier with its verifier, signed. The same members, facts and key give the same bytes.

    Raises ValueError for reserved or repeated paths.
    """
    every = (*members, file_member(VERIFIER, verifier_source()))
    if {MANIFEST, SIGNATURE} & {member.path for member in every}:
        raise ValueError("manifest.json and signature.json are the dossier's own")
    manifest = canonical(
        {
            "format": FORMAT,
            "version": VERSION,
            "facts": dict(facts),
            "files": [_entry(member) for member in every],
        }
    )
    signed = key.sign(framed(TAG, hashlib.sha256(manifest).digest()))
    signature = canonical({"public": key.public.hex, "signature": signed.hex()})
    return container(
        [(MANIFEST, manifest), *((member.path, member.data) for member in every), (SIGNATURE, signature)]
    )


def verifier_source() -> bytes:
    """The text of the one-file verifier."""
    return resources.files("kernel.evidence.verifier").joinpath(VERIFIER).read_bytes()


def canonical(value: Mapping[str, Any]) -> bytes:
    """The one spelling of JSON that dossiers use."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode("ascii")


def _entry(member: Member) -> dict[str, Any]:
    parts, start = [], 0
    for part in member.parts:
        parts.append([part.title, start, len(part.data), hashlib.sha256(part.data).hexdigest()])
        start += len(part.data)
    digest = hashlib.sha256(member.data).hexdigest()
    return {"path": member.path, "size": start, "sha256": digest, "parts": parts}
