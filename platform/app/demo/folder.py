"""The demo's data folder: one demo at a time, started over on request, never anybody else's folder."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from app.demo import settings_file
from app.embedded import place
from app.embedded.account import service_account
from app.embedded.errors import NotPermitted
from app.embedded.lock import FolderLock
from app.installation.layout import Layout

OURS = ("secrets", "pg", "valkey", "log", "run", "files", "witness", "story", "gjj.toml", "demo.json", "lock")


class DemoFolder:
    """Holds the folder from `take` to `release`."""

    def __init__(self, folder: Path) -> None:
        self.layout = Layout(Path(os.path.abspath(folder)))
        self._lock = FolderLock(self.layout.folder)

    def take(self, *, reset: bool) -> None:
        """Lock it, empty it when asked to. Raises AlreadyRunning, NotPermitted."""
        folder = self.layout.folder
        self._refuse_foreign()
        place.make_data_dir(folder, service_account())
        self._lock.acquire()
        try:
            if reset:
                self._empty()
            for inner in (self.layout.log, self.layout.run):
                inner.mkdir(mode=0o700, exist_ok=True)
            for beat in self.layout.run.glob("*.json"):
                beat.unlink()
        except BaseException:
            self._lock.release()
            raise

    def release(self) -> None:
        """Let others in."""
        self._lock.release()

    def remove(self) -> None:
        """Delete it with everything in it: only for folders that we made for one story."""
        self._empty()
        self.release()
        shutil.rmtree(self.layout.folder, ignore_errors=True)

    @property
    def played(self) -> bool:
        """Whether a demo has run here before."""
        return self.layout.settings.exists()

    def _refuse_foreign(self) -> None:
        folder = self.layout.folder
        try:
            names = set(os.listdir(folder)) if folder.is_dir() else set()
        except PermissionError:
            raise NotPermitted(f"没有权限进入文件夹“{folder}”，请换一个位置。") from None
        foreign = names - set(OURS) - {place.POINTER}
        if foreign and not self.played:
            raise NotPermitted(f"文件夹“{folder}”里已有其他文件，演示不会改动它；请换一个空文件夹。")
        if self.played and settings_file.former(self.layout).get("environment") != "demo":
            raise NotPermitted(f"文件夹“{folder}”不是演示数据，演示不会改动它；请换一个空文件夹。")

    def _empty(self) -> None:
        for server in (self.layout.postgres, self.layout.valkey):
            place.remove(server)
        for name in OURS:
            path = self.layout.folder / name
            if name == "lock":
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
