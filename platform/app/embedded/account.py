"""The user a server runs as. PostgreSQL refuses root, so root lends it an unprivileged account."""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from app.embedded.errors import EmbeddedError

# Made by the operator, so that no other program shares it; `nobody` exists everywhere.
NAMES = ("gjj-data", "nobody")


@dataclass(frozen=True)
class Account:
    """A user id and its group id."""

    uid: int
    gid: int

    def can_enter(self, folder: Path) -> bool:
        """True when it may reach what lies in ``folder``; tried, not computed, as access lists count too."""
        return self._sh('cd -- "$1"', folder)

    def can_run(self, program: Path) -> bool:
        """True when this account may execute ``program``."""
        return self._sh('"$1" --version', program)

    def _sh(self, script: str, path: Path) -> bool:
        done = subprocess.run(
            ["/bin/sh", "-c", script, "sh", str(path)],
            user=self.uid,
            group=self.gid,
            extra_groups=[],
            cwd="/",
            env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        return done.returncode == 0


def service_account() -> Account | None:
    """The account to lend when we are root.

    None when we are an ordinary user and run servers as ourselves.
    """
    if os.geteuid() != 0:
        return None
    for name in NAMES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise EmbeddedError(
        "以管理员身份运行时需要一个普通账户来运行数据库，请先建立账户 gjj-data，或改用普通用户运行。"
    )
