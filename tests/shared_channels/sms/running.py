"""Runs asynchronous tests without a plug-in, each under a time limit, and plays carriers for them."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from random import Random
from typing import Any

from shared_channels.sms.carriers.factory import open_link
from shared_channels.sms.carriers.loopback.carrier import LoopbackCarrier
from shared_channels.sms.carriers.loopback.factory import loopback
from shared_channels.sms.carriers.loopback.moods import read_mood
from shared_channels.sms.carriers.ports import (
    CarrierLink,
    LinkEvent,
    LinkHandlers,
    LinkState,
    MoMessage,
    OutgoingMessage,
    Report,
    SubmitOutcome,
)
from shared_channels.sms.carriers.settings import link_settings

PROTOCOLS = ("cmpp20", "cmpp30", "smgp30", "sgip12", "smpp34")
ACCOUNT, SECRET, PHONE = "901234", "secret12", "13800001234"


def within(seconds: float) -> Callable[[Callable[..., Coroutine[Any, Any, None]]], Callable[..., None]]:
    """Runs a coroutine test to its end or fails after so many seconds."""

    def decorate(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
        @functools.wraps(test)
        def run(*args: Any, **values: Any) -> None:
            async def limited() -> None:
                await asyncio.wait_for(test(*args, **values), seconds)

            asyncio.run(limited())

        return run

    return decorate


class Seen:
    """What a link told its handlers."""

    def __init__(self) -> None:
        self.reports: list[Report] = []
        self.mo: list[MoMessage] = []
        self.events: list[LinkEvent] = []
        self.states: list[LinkState] = []
        self.late: list[SubmitOutcome] = []

    def handlers(self) -> LinkHandlers:
        return LinkHandlers(
            on_report=self.reports.append,
            on_mo=self.mo.append,
            on_state=lambda state, _: self.states.append(state),
            on_late_answer=self.late.append,
            on_event=self.events.append,
        )

    def codes(self) -> set[str]:
        return {event.code for event in self.events}


@asynccontextmanager
async def carrier(protocol: str, **mood: Any) -> AsyncIterator[LoopbackCarrier]:
    """A loopback carrier with a mood."""
    played = loopback(protocol, ACCOUNT, SECRET, read_mood(mood))
    await played.start()
    try:
        yield played
    finally:
        await played.stop()


@asynccontextmanager
async def linked(
    protocol: str,
    port: int,
    seen: Seen | None = None,
    *,
    handlers: LinkHandlers | None = None,
    up: bool = True,
    **values: Any,
) -> AsyncIterator[CarrierLink]:
    """A link to a port, logged in unless ``up`` is False."""
    quick = {
        "backoff_first_s": 0.05,
        "refused_backoff_s": 0.1,
        "secret": SECRET,
        "account": ACCOUNT,
        "source": "12329001",
    }
    settings = link_settings(protocol, host="127.0.0.1", port=port, **{**quick, **values})
    link = open_link(settings, handlers or (seen or Seen()).handlers(), Random(1))
    await link.start()
    try:
        if up:
            assert await link.wait_up(5)
        yield link
    finally:
        await link.stop(grace_s=1.0)


def message(
    number: int = 1, text: str = "【住房公积金】您的验证码是 123456。", **values: Any
) -> OutgoingMessage:
    """A message to a synthetic phone."""
    return OutgoingMessage(f"message-{number}", values.pop("phone", PHONE), text, **values)


async def until(condition: Callable[[], object], seconds: float = 5.0) -> None:
    """Waits for a condition; fails when it does not come."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not condition():
        assert asyncio.get_running_loop().time() < deadline, "the condition did not come true in time"
        await asyncio.sleep(0.005)
