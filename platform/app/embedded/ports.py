"""Choosing TCP ports on 127.0.0.1.

Default ports lie below 32768: above it the kernel hands ports to outgoing connections, so a port may be
taken while nothing listens on it.
"""

from __future__ import annotations

import fcntl
import os
import socket
import tempfile
from pathlib import Path
from typing import IO

from app.embedded.errors import EmbeddedError

HOST = "127.0.0.1"
EPHEMERAL_FROM = 32768
TRIES = 300

_held: list[IO[str]] = []


def is_free(port: int) -> bool:
    """True when a server could bind ``port`` now.

    SO_REUSEADDR only: with SO_REUSEPORT the probe would succeed beside a running granian, which shares its
    port silently.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def next_free(start: int) -> int:
    """The first free port from ``start`` upwards, below the kernel's own range."""
    for port in range(start, min(start + TRIES, EPHEMERAL_FROM)):
        if is_free(port):
            return port
    raise EmbeddedError(f"从 {start} 起没有找到空闲的端口，请先停掉一些程序，或指定一个端口。")


def hold_free(start: int) -> int:
    """The first port from ``start`` that is free and that no other platform of this user has set aside.

    Between choosing a port and listening on it lie seconds; two demos that start together would choose the same one.
    """
    for port in range(start, min(start + TRIES, EPHEMERAL_FROM)):
        if hold(port):
            return port
    raise EmbeddedError(f"从 {start} 起没有找到空闲的端口，请先停掉一些程序，或指定一个端口。")


def hold(port: int) -> bool:
    """Set a port aside for this process, until it ends. False when it is taken or set aside already."""
    if not is_free(port):
        return False
    folder = Path(tempfile.gettempdir()) / f"gjj-ports-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    handle = (folder / str(port)).open("w")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        handle.close()
        return False
    _held.append(handle)
    return True
