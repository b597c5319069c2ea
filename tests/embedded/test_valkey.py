"""The real Valkey as a child."""

from __future__ import annotations

import os
import signal
import socket
import time
from pathlib import Path

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from app.embedded.errors import AlreadyRunning, PortTaken
from app.embedded.valkey import EmbeddedValkey


def client(server: EmbeddedValkey) -> redis.Redis:
    return redis.Redis.from_url(server.url(), decode_responses=True)


def test_a_path_with_a_space_and_chinese_characters_serves(open_dir: Path) -> None:
    with EmbeddedValkey(open_dir / '消息 "一"') as server, client(server) as valkey:
        assert valkey.ping()
        assert valkey.config_get("dir")["dir"] == str(open_dir / '消息 "一"' / "files")
        assert valkey.config_get("maxmemory-policy")["maxmemory-policy"] == "noeviction"
        assert valkey.config_get("appendfsync")["appendfsync"] == "everysec"
        assert valkey.config_get("bind")["bind"] == "127.0.0.1"


def test_it_wants_the_password(open_dir: Path) -> None:
    with (
        EmbeddedValkey(open_dir / "a", fast=True) as server,
        redis.Redis(host="127.0.0.1", port=server.port, retry=Retry(NoBackoff(), 0)) as valkey,
        pytest.raises(redis.AuthenticationError),
    ):
        valkey.ping()


def test_below_a_closed_folder_it_gets_a_place_of_its_own(closed_dir: Path, as_root: None) -> None:
    with EmbeddedValkey(closed_dir / "a") as server, client(server) as valkey:
        place = server.place
        assert valkey.set("kept", "1")
        assert not place.is_relative_to(closed_dir.parent)
    with EmbeddedValkey(closed_dir / "a") as again, client(again) as valkey:
        assert valkey.get("kept") == "1"
    again.remove()
    assert not place.exists()


def test_a_second_after_a_write_kill_9_costs_nothing(open_dir: Path) -> None:
    with EmbeddedValkey(open_dir / "a") as server:
        with client(server) as valkey:
            valkey.set("kept", "1")
        time.sleep(2.1)
        port, pid = server.port, server.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        while server.alive():
            time.sleep(0.01)
        server.start()
        with client(server) as valkey:
            assert (server.port, valkey.get("kept")) == (port, "1")


def test_a_second_instance_on_the_same_folder_is_refused(open_dir: Path) -> None:
    with EmbeddedValkey(open_dir / "a", fast=True), pytest.raises(AlreadyRunning):
        EmbeddedValkey(open_dir / "a", fast=True).start()


def test_a_taken_port_is_an_error_when_wished_and_passed_over_when_not(open_dir: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(PortTaken):
            EmbeddedValkey(open_dir / "a", taken.getsockname()[1], fast=True).start()
    with EmbeddedValkey(open_dir / "b", fast=True) as one, EmbeddedValkey(open_dir / "c", fast=True) as two:
        assert EmbeddedValkey.default_port <= one.port < two.port < 32768
