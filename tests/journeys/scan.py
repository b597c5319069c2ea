"""Looks for personal values in the clear in everything that a run left on disk (PII-1, short form)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.embedded.place import POINTER


@dataclass
class Scan:
    """`found`: (name of the value, file). `seen` counts bytes, so that a scan of nothing is noticed."""

    values: Mapping[str, bytes]
    found: set[tuple[str, str]] = field(default_factory=set)
    seen: int = 0

    def folder(self, root: Path) -> Scan:
        """Every file below, whatever it is: logs, pages of the database and its journal, dumps, temporary files.

        Servers that keep their files elsewhere (`app.embedded.place`) are followed.
        """
        longest = max(len(value) for value in self.values.values())
        for file in sorted(root.rglob("*")):
            if file.is_file() and not file.is_symlink():
                self._file(file, longest)
                if file.name == POINTER:
                    self.folder(Path(file.read_text(encoding="utf-8").rstrip("\n")))
        return self

    def _file(self, file: Path, longest: int) -> None:
        rest = b""
        with file.open("rb") as stream:
            while chunk := stream.read(2**22):
                self.seen += len(chunk)
                data = rest + chunk
                for name, value in self.values.items():
                    if value in data:
                        self.found.add((name, file.name))
                rest = data[-longest:]
