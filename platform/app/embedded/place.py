"""Where a server's files lie, when the folder the operator named cannot hold them.

The server runs as a service account when we are root. That account may be unable to enter the named folder
(below root's home, a private temporary folder). No right of a folder above is ever changed: the files go to
a folder of their own below the system's state or temporary folder, and the named folder keeps a small file
``place`` that says where.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from app.embedded.account import Account
from app.embedded.errors import DataLost, NotPermitted

POINTER = "place"
STATE = Path("/var/lib/gjj-platform")


def own(path: Path, account: Account | None) -> None:
    """Give ``path`` to the account, when there is one; a link is given itself, never what it points at."""
    if account:
        os.chown(path, account.uid, account.gid, follow_symlinks=False)


def private_folder(path: Path, account: Account | None) -> None:
    """Make ``path`` a folder only the server's user can enter, if it is not there yet."""
    path.mkdir(mode=0o700, exist_ok=True)
    own(path, account)


def write_private(path: Path, text: str, account: Account | None = None) -> None:
    """Write a 0600 file in one step: a crash leaves the old file or the new one.

    A link at ``path`` is replaced, not followed.
    """
    fd, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(fd, "w", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        own(Path(name), account)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def make_data_dir(folder: Path, account: Account | None) -> None:
    """Create the folder that the operator named.

    With a service account others may pass through it, not list it.
    """
    try:
        folder.mkdir(mode=0o711 if account else 0o700, parents=True, exist_ok=True)
    except (PermissionError, FileExistsError, NotADirectoryError):
        raise NotPermitted(f"无法建立数据文件夹“{folder}”，请换一个有写入权限的位置。") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise NotPermitted(f"没有权限写入数据文件夹“{folder}”，请换一个位置，或请管理员授权。")


def resolve(folder: Path, account: Account | None, *, lasting: bool) -> Path:
    """The folder that really holds the server's files: ``folder`` itself or its replacement.

    ``lasting`` prefers the system's state folder to the temporary one. Raises DataLost when the replacement
    has vanished: a new empty database must not take the place of lost data unnoticed.
    """
    pointer = folder / POINTER
    if pointer.is_file():
        place = Path(pointer.read_text(encoding="utf-8").rstrip("\n"))
        if place.is_dir():
            return place
        if lasting:
            raise DataLost(f"数据原先存放在“{place}”，现在找不到了；请恢复它，或换一个数据文件夹重新开始。")
    if account is None or account.can_enter(folder):
        return folder
    place = _elsewhere(account, lasting=lasting)
    write_private(place / "owner", f"{folder}\n")
    write_private(pointer, f"{place}\n")
    return place


def remove(folder: Path) -> None:
    """Delete the folder, and its replacement if it has one. All data are gone afterwards."""
    pointer = folder / POINTER
    if pointer.is_file():
        shutil.rmtree(pointer.read_text(encoding="utf-8").rstrip("\n"), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def _forget_orphans() -> None:
    """Delete temporary places whose named folder is gone: what killed test runs left behind."""
    for owner in Path(tempfile.gettempdir()).glob("gjj-*/owner"):
        with suppress(OSError):  # another process may be clearing the same ones
            if owner.is_symlink() or owner.stat().st_uid != os.geteuid():
                continue
            if not Path(owner.read_text(encoding="utf-8").rstrip("\n")).exists():
                shutil.rmtree(owner.parent, ignore_errors=True)


def _elsewhere(account: Account, *, lasting: bool) -> Path:
    if not lasting:
        _forget_orphans()
    temporary = [Path(tempfile.gettempdir()), Path("/var/tmp"), Path("/tmp")]  # noqa: S108
    for base in [STATE, *temporary] if lasting else temporary:
        try:
            base.mkdir(mode=0o711, parents=True, exist_ok=True)
            if not account.can_enter(base):
                continue
            place = Path(tempfile.mkdtemp(prefix="gjj-", dir=base))
        except OSError:
            continue
        place.chmod(0o711)
        return place
    raise NotPermitted("没有找到数据库账户可以使用的文件夹，请把数据放到账户 nobody 能够进入的位置。")
