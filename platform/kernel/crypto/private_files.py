"""Key material on disk: a folder of mode 0700, files of mode 0600, no links, never overwritten."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from kernel.crypto.errors import KeyFileExists, KeyFileUnsafe

_OTHERS = 0o077
_LARGEST = 64 * 1024


def make_private_folder(path: Path) -> None:
    """Create the folder with mode 0700, or check the one that is there."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    check_private_folder(path)


def check_private_folder(path: Path) -> None:
    """Raises KeyFileUnsafe when the folder is missing, a link, or open."""
    try:
        status = os.lstat(path)
    except OSError:
        raise KeyFileUnsafe(f"找不到密钥文件夹“{path.name}”，请核对设置中的位置。") from None
    if not stat.S_ISDIR(status.st_mode) or status.st_mode & _OTHERS:
        raise KeyFileUnsafe(f"密钥文件夹“{path.name}”不能让其他用户进入，请把权限改为 0700。")


def write_private(path: Path, content: bytes) -> None:
    """Write a new file of mode 0600 and make it durable. Raises KeyFileExists; nothing is overwritten."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    try:
        handle = os.open(path, flags, 0o600)
    except FileExistsError:
        raise KeyFileExists(f"密钥文件“{path.name}”已经存在，没有覆盖。") from None
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # without it the name itself may be lost with the power
    finally:
        os.close(folder)


def read_private(path: Path) -> bytes:
    """The file's bytes. Raises KeyFileUnsafe when it is missing, a link, not a plain file, or open."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        raise KeyFileUnsafe(f"密钥文件“{path.name}”读不到或是链接，请核对位置和属主。") from None
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_mode & _OTHERS:
            raise KeyFileUnsafe(f"密钥文件“{path.name}”不能让其他用户读写，请把权限改为 0600。")
        return file.read(_LARGEST)
