"""Where things lie in the data folder of a demo or a one-machine installation."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Layout:
    """The data folder: secrets (0700), servers, logs, heartbeats, files, settings, and what a demo tells its testers."""

    folder: Path

    @property
    def settings(self) -> Path:
        return self.folder / "gjj.toml"

    @property
    def secrets(self) -> Path:
        return self.folder / "secrets"

    @property
    def postgres(self) -> Path:
        return self.folder / "pg"

    @property
    def valkey(self) -> Path:
        return self.folder / "valkey"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def run(self) -> Path:
        return self.folder / "run"

    @property
    def demo_note(self) -> Path:
        return self.folder / "demo.json"
