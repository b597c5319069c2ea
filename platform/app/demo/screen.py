"""What the person at the terminal sees: one line a step, or one JSON object a line with `--json`."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TextIO


@dataclass
class Screen:
    """Lines to standard output, complete at once; safe from several threads."""

    as_json: bool = False
    out: TextIO = field(default_factory=lambda: sys.stdout)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def say(self, text: str, event: str = "note", **facts: Any) -> None:
        """One line."""
        line = (
            json.dumps({"event": event, "text": text, **facts}, ensure_ascii=False) if self.as_json else text
        )
        with self._lock:
            print(line, file=self.out, flush=True)

    def table(self, title: str, heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
        """A table whose columns align with Chinese text; left out with `--json`, where the facts stand elsewhere."""
        if self.as_json:
            return
        from rich.box import SIMPLE_HEAD
        from rich.console import Console
        from rich.table import Table

        table = Table(title=title, title_justify="left", box=SIMPLE_HEAD)
        for head in heads:
            table.add_column(head, overflow="fold")
        for row in rows:
            table.add_row(*row)
        with self._lock:
            Console(file=self.out, highlight=False).print(table)
            self.out.flush()
