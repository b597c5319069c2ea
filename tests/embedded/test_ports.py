"""The probe sees what a server's bind would see."""

from __future__ import annotations

import socket

import pytest

from app.embedded import ports
from app.embedded.errors import EmbeddedError


def test_a_listener_that_shares_its_port_is_seen() -> None:
    with socket.socket() as granian:
        granian.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        granian.bind(("127.0.0.1", 0))
        granian.listen()
        port = granian.getsockname()[1]
        assert not ports.is_free(port)
    assert ports.is_free(port)


def test_the_search_ends_below_the_ports_of_outgoing_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def taken(port: int) -> bool:
        asked.append(port)
        return False

    monkeypatch.setattr(ports, "is_free", taken)
    with pytest.raises(EmbeddedError, match="32700"):
        ports.next_free(32700)
    assert max(asked) == 32767
