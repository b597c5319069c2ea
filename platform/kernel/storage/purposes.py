"""What files are handed in for: which kinds and how large. Rooms may register further purposes when they are imported."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.storage.kinds import FileKind

MIB = 1024 * 1024
DAY_BYTES = 200 * MIB
DAY_FILES = 200
"""What one depositor or employer's clerk may hand in within 24 hours (our figures)."""


@dataclass(frozen=True)
class Purpose:
    """`code` is stored with each file; `most_bytes` is the size of the plain file."""

    code: str
    kinds: frozenset[FileKind]
    most_bytes: int

    @property
    def kinds_zh(self) -> str:
        """The kinds in words, in the order of the enum."""
        return "、".join(kind.name_zh for kind in FileKind if kind in self.kinds)

    @property
    def accept(self) -> str:
        """For the `accept` attribute of an upload field."""
        return ",".join(kind.suffix for kind in FileKind if kind in self.kinds)


_PAPERS = frozenset({FileKind.PDF, FileKind.OFD, FileKind.PNG, FileKind.JPEG})

PURPOSES: dict[str, Purpose] = {}


def register(purpose: Purpose) -> Purpose:
    """Add a purpose. Raises ValueError when the code is taken."""
    if purpose.code in PURPOSES:
        raise ValueError(f"two purposes are called {purpose.code}")
    PURPOSES[purpose.code] = purpose
    return purpose


def of(code: str) -> Purpose:
    """The purpose with that code. KeyError for an unknown one: a defect of the caller."""
    return PURPOSES[code]


CASE_MATERIAL = register(Purpose("case_material", _PAPERS, 10 * MIB))
WORK_ORDER = register(Purpose("work_order", _PAPERS, 5 * MIB))
SHEET = register(Purpose("sheet", frozenset({FileKind.XLSX}), 10 * MIB))
EVIDENCE = register(Purpose("evidence", _PAPERS | {FileKind.XLSX, FileKind.DOCX, FileKind.ZIP}, 50 * MIB))
EXPORT = register(Purpose("export", frozenset({FileKind.PDF, FileKind.XLSX, FileKind.ZIP}), 50 * MIB))
