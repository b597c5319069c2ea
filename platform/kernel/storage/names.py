"""File names as people read them: one line, no folders, no tricks with the direction of writing, our own ending."""

from __future__ import annotations

import unicodedata

from kernel.storage.kinds import FileKind, promised_by

LONGEST = 80
_FORBIDDEN = frozenset('\\/:*?"<>|')
_NAMELESS = "未命名文件"


def clean(name: str, kind: FileKind) -> str:
    """The name to keep and to offer at download: at most 80 characters and the ending of what the file really is."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    kept = "".join(c for c in last if c not in _FORBIDDEN and unicodedata.category(c)[0] != "C")
    kept = " ".join(kept.split()).strip(". ")
    if promised_by(kept) is not None:
        kept = kept.rpartition(".")[0].rstrip(". ")
    return (kept[:LONGEST].rstrip(". ") or _NAMELESS) + kind.suffix
