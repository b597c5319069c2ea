"""A loopback carrier as its own process, and its moods."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from shared_channels.sms.carriers.loopback.fate import Fates
from shared_channels.sms.carriers.loopback.moods import Mood, read_mood
from shared_channels.sms.carriers.ports import OutcomeKind
from tests.shared_channels.sms.running import ACCOUNT, PROTOCOLS, SECRET, linked, message, until, within

ROOT = Path(__file__).resolve().parents[4]


@contextmanager
def process(protocol: str, *more: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """The carrier and the line it printed when ready; ended at the end."""
    command = [sys.executable, "-m", "shared_channels.sms.carriers.loopback", "--protocol", protocol]
    child = subprocess.Popen(
        [*command, "--account", ACCOUNT, "--secret", SECRET, *more],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert child.stdout is not None
        yield child, json.loads(child.stdout.readline())
    finally:
        child.kill()
        child.communicate()


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_it_says_when_it_is_ready_and_what_it_counted(protocol: str, tmp_path: Path) -> None:
    counts = tmp_path / "counts.json"
    with process(protocol, "--counts", str(counts)) as (child, ready):
        assert (ready["ready"], ready["protocol"], ready["pid"]) == (True, protocol, child.pid)

        @within(20)
        async def send() -> None:
            async with linked(protocol, ready["port"]) as link:
                assert (await link.submit(message())).kind is OutcomeKind.ACCEPTED
                await until(lambda: link.counts.reports == 1)

        send()
        child.send_signal(signal.SIGTERM)
        out, _ = child.communicate(timeout=10)
        assert child.returncode == 0
        told = json.loads(out)
        assert (told["submits"], told["sent"], told["logins"]) == (1, 1, 1)
        assert json.loads(counts.read_text("utf-8")) == told


def test_a_mood_file_is_obeyed(tmp_path: Path) -> None:
    mood = tmp_path / "mood.json"
    mood.write_text(json.dumps({"refuse": 1.0, "refuse_code": 13}), "utf-8")
    with process("cmpp30", "--mood", str(mood)) as (_, ready):

        @within(20)
        async def send() -> None:
            async with linked("cmpp30", ready["port"]) as link:
                assert (await link.submit(message())).code == "13"

        send()


def test_a_mood_that_does_not_exist_is_told() -> None:
    with pytest.raises(ValueError, match="no such mood: grumpy"):
        read_mood({"grumpy": 1})


def test_the_same_seed_is_the_same_fate() -> None:
    mood = read_mood(
        {"seed": 7, "refuse": 0.3, "answer_delay_ms": [0, 50], "states": {"DELIVRD": 9, "UNDELIV": 1}}
    )
    one, two, other = (
        Fates(mood),
        Fates(mood),
        Fates(read_mood({"seed": 8, "refuse": 0.3, "answer_delay_ms": [0, 50]})),
    )
    drawn = [one.draw() for _ in range(50)]
    assert drawn == [two.draw() for _ in range(50)]
    assert drawn != [other.draw() for _ in range(50)]


def test_the_usual_mood_disturbs_nothing() -> None:
    fate = Fates(Mood()).draw()
    assert not any(
        (fate.refused, fate.throttled, fate.dropped, fate.early, fate.twice, fate.answer_s, fate.report_s)
    )
    assert fate.state == "DELIVRD"
