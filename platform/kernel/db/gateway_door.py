"""The gateway's door: asynchronous, without a tenant, and only to the functions that its log-in may call (`k.sms_…`).

One line is one connection, used by one call at a time; it comes back by itself. Each call is one statement and so one transaction: when
the answer is lost nobody knows whether it took effect, so every function behind it may be called again.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import psycopg
from psycopg import AsyncConnection, sql
from psycopg.types.json import Jsonb

_NAME = re.compile(r"sms_[a-z_]{1,40}")
_PASSING = (psycopg.OperationalError, psycopg.InterfaceError)


class DoorAway(Exception):
    """The database did not answer; `state` is its SQLSTATE or empty. What was asked may or may not have happened."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


def as_json(value: object) -> Jsonb:
    """A parameter of type jsonb."""
    return Jsonb(value)


class GatewayLine:
    """One connection of the gateway."""

    def __init__(self, dsn: str, name: str) -> None:
        self._dsn = dsn
        self._name = name
        self._lock = asyncio.Lock()
        self._connection: AsyncConnection[tuple[Any, ...]] | None = None

    async def call(self, function: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows of `k.<function>(values…)`. Raises DoorAway when the database is away, ValueError for another function."""
        if not _NAME.fullmatch(function):
            raise ValueError(f"{function} is not the gateway's")
        query = sql.SQL("select * from k.{}({})").format(
            sql.Identifier(function), sql.SQL(", ").join(sql.Placeholder() * len(values))
        )
        async with self._lock:
            connection = await self._open()
            try:
                cursor = await connection.execute(query, values, prepare=True)
                return await cursor.fetchall()
            except _PASSING as error:
                await self._drop()
                raise DoorAway(error.sqlstate or "") from None
            except psycopg.Error as error:
                raise DoorAway(error.sqlstate or "?") from None

    async def notified(self, channel: str, seconds: float) -> bool:
        """Whether somebody rang `channel` within that time. Listens from the first call on. Raises DoorAway."""
        async with self._lock:
            fresh = self._connection is None
            connection = await self._open()
            try:
                if fresh:
                    await connection.execute(sql.SQL("listen {}").format(sql.Identifier(channel)))
                    return True  # whoever rang before we listened is answered by looking
                rung = connection.notifies(timeout=seconds, stop_after=1)
                return [note async for note in rung] != []
            except psycopg.Error as error:
                await self._drop()
                raise DoorAway(error.sqlstate or "") from None

    async def close(self) -> None:
        """Close the connection; the next call opens another."""
        async with self._lock:
            await self._drop()

    async def _open(self) -> AsyncConnection[tuple[Any, ...]]:
        if self._connection is None or self._connection.closed:
            try:
                self._connection = await AsyncConnection.connect(
                    self._dsn, autocommit=True, application_name=f"gjj_gateway {self._name}"
                )
            except psycopg.Error as error:
                raise DoorAway(error.sqlstate or "") from None
        return self._connection

    async def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(psycopg.Error):
                await connection.close()


class GatewayDoor:
    """Opens lines; each part of the gateway that waits on its own has one."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._lines: list[GatewayLine] = []

    def line(self, name: str) -> GatewayLine:
        """A new line, connected at its first call."""
        line = GatewayLine(self._dsn, name)
        self._lines.append(line)
        return line

    async def close(self) -> None:
        """Close every line."""
        for line in self._lines:
            await line.close()


__all__: Sequence[str] = ("DoorAway", "GatewayDoor", "GatewayLine", "as_json")
