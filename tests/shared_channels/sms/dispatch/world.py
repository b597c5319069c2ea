"""Messages put straight into the tables, engines over loopback carriers, and what became of it all."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg

from kernel import vault
from kernel.crypto.blind_index import IndexedField
from kernel.crypto.masks import MaskKind
from kernel.crypto.secret import Secret
from kernel.db.gateway_door import GatewayDoor
from kernel.db.ids import uuid7
from kernel.db.roles import Login
from shared_channels.sms.carriers.settings import link_settings
from shared_channels.sms.dispatch.adapters.postgres import PostgresStore
from shared_channels.sms.dispatch.adapters.vault_keys import VaultKeys
from shared_channels.sms.dispatch.policy import DispatchSettings
from shared_channels.sms.dispatch.service.engine import Engine, LineSettings
from shared_channels.sms.segments.policy import segments as segments_of
from tests.database import TestDatabase
from tests.shared_channels.sms.running import ACCOUNT, SECRET

LANES = {"OTP": 0, "NOTICE": 1, "QUERY_REPLY": 1, "POLICY": 2}
TEXT = "【示例市住房公积金】您的验证码是123456，请勿告诉他人。"
LONG = "【示例市住房公积金】" + "您的提取申请已经办结，款项已转入您的银行账户，详情咨询12329。" * 4
QUICK = DispatchSettings(lease_s=5.0, doubt_s=1.0, sweep_s=0.1, poll_s=0.1, overdue_s=0.2)
FIELDS = (
    "tenant_id, id, template_id, template_code, template_number, category, never_stopped, lane, phone, phone_index, text, sender_code,"
    " segments, state, month, accepted_at, due_at, expires_at, attempts, origin_kind, origin_id, accepted_in"
)


@dataclass
class World:
    """A database with tenants and their messages."""

    database: TestDatabase
    sent: list[tuple[UUID, UUID]] = field(default_factory=list)
    stores: list[PostgresStore] = field(default_factory=list)

    @contextmanager
    def superuser(self) -> Iterator[psycopg.Connection]:
        with psycopg.connect(self.database.superuser_dsn, autocommit=True) as connection:
            yield connection

    def empty(self) -> None:
        """No message of an earlier test is left."""
        with self.superuser() as connection:
            connection.execute(
                "truncate sms_queue, sms_message, sms_segment, sms_usage, sms_allowance, sms_uplink, k.sms_carrier_ref, k.sms_early_report,"
                " k.sms_flow, k.sms_link_state"
            )
            connection.execute(
                "update k.sms_clock set vtime = 0; delete from outbox_event where name like 'sms.%'"
            )
        self.sent.clear()

    def put(
        self, tenant: UUID, count: int, category: str = "OTP", *, text: str = TEXT, weight: float = 1.0, phones: int = 1000,
        fifo: bool = False, **values: Any,
    ) -> list[UUID]:  # fmt: skip
        """Messages as the accept stores them; `fifo` gives every row the same lane and the order of its coming."""
        segments = segments_of(text)
        with self.database.door().tenant_tx(self.database.scope(tenant), read_only=True) as session:
            keys = vault.of(session)
        made = [self._row(keys, category, text, number % phones, values) for number in range(count)]
        lane = 0 if fifo else LANES[category]
        with self.superuser() as connection:
            clock, last = self._virtual(connection, tenant, lane)
            start = max(clock, last)
            with (
                connection.transaction(),
                connection.cursor().copy(f"copy sms_message ({FIELDS}) from stdin") as rows,
            ):
                for row in made:
                    rows.write_row(row)
            with (
                connection.transaction(),
                connection.cursor().copy(
                    "copy sms_queue (tenant_id, id, lane, vtime, due_at, expires_at, segments, attempts) from stdin"
                ) as rows,
            ):
                for number, row in enumerate(made, 1):
                    vtime = row[15].timestamp() if fifo else start + number * segments / weight
                    rows.write_row((tenant, row[1], lane, vtime, row[16], row[17], segments, 0))
            connection.execute(
                "insert into k.sms_flow (tenant_id, lane, weight, last_vtime) values (%s, %s, %s, %s)"
                " on conflict (tenant_id, lane) do update set last_vtime = excluded.last_vtime",
                (tenant, lane, weight, start + count * segments / weight),
            )
            connection.execute("notify gjj_sms")
        ids = [row[1] for row in made]
        self.sent += [(tenant, each) for each in ids]
        return ids

    def _virtual(self, connection: psycopg.Connection, tenant: UUID, lane: int) -> tuple[float, float]:
        clock = connection.execute("select vtime from k.sms_clock where lane = %s", (lane,)).fetchone()
        last = connection.execute(
            "select last_vtime from k.sms_flow where tenant_id = %s and lane = %s", (tenant, lane)
        ).fetchone()
        return (clock[0] if clock else 0.0), (last[0] if last else 0.0)

    def _row(
        self, keys: vault.TenantVault, category: str, text: str, number: int, values: dict[str, Any]
    ) -> tuple[Any, ...]:
        tenant = keys.tenant_id
        new, now = uuid7(), datetime.now(UTC)
        phone = Secret(f"1600000{number:04d}", MaskKind.PHONE)
        return (
            tenant, new, uuid7(), "test.message", 1, category, category == "OTP", LANES[category],
            keys.seal("sms_message", "phone", new, phone), keys.index(IndexedField.PHONE, phone),
            keys.seal("sms_message", "text", new, Secret(text)), values.get("sender_code", ""), segments_of(text), "queued",
            f"{now:%Y-%m}", now, values.get("due_at", now), values.get("expires_at"), 0, values.get("origin_kind", ""), "", tenant,
        )  # fmt: skip

    def states(self) -> Counter[str]:
        with self.superuser() as connection:
            return Counter(
                dict(connection.execute("select state, count(*) from sms_message group by 1").fetchall())
            )

    def usage(self) -> Counter[tuple[str, int, int, int]]:
        """Metered messages by (outcome, reserved, submitted, delivered)."""
        with self.superuser() as connection:
            rows = connection.execute(
                "select outcome, reserved, submitted, delivered, count(*) from sms_usage group by 1, 2, 3, 4"
            )
            return Counter({tuple(row[:4]): row[4] for row in rows})

    def one(self, query: str, *values: Any) -> Any:
        with self.superuser() as connection:
            row = connection.execute(query, values or None).fetchone()  # type: ignore[arg-type]
        return row[0] if row is not None and len(row) == 1 else row

    def store(self) -> PostgresStore:
        """Closed by `close`."""
        self.stores.append(PostgresStore(GatewayDoor(self.database.dsn(Login.GATEWAY))))
        return self.stores[-1]

    def close(self) -> None:
        for store in self.stores:
            asyncio.run(store.door.close())

    def line(self, port: int, protocol: str = "cmpp30", **values: Any) -> LineSettings:
        quick = {
            "name": "测试线路", "backoff_first_s": 0.05, "refused_backoff_s": 0.1, "secret": SECRET, "account": ACCOUNT,
            "source": "12329001",
        }  # fmt: skip
        settings = link_settings(protocol, host="127.0.0.1", port=port, **{**quick, **values})
        return LineSettings(settings, "cmcc")

    @asynccontextmanager
    async def engine(
        self, *lines: LineSettings, rules: DispatchSettings = QUICK, grace_s: float = 2.0
    ) -> AsyncIterator[Engine]:
        store = self.store()
        engine = Engine(store, VaultKeys(self.database.door(Login.GATEWAY)), lines, rules)
        await engine.start()
        try:
            yield engine
            engine.check()
        finally:
            await engine.stop(grace_s=grace_s)
            await store.door.close()

    async def until(self, condition: Callable[[Counter[str]], bool], seconds: float = 20.0) -> Counter[str]:
        """Waits until the states of all messages satisfy the condition."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while True:
            states = await asyncio.to_thread(self.states)
            if condition(states):
                return states
            assert loop.time() < deadline, f"the states came to rest at {states}"
            await asyncio.sleep(0.05)


def final(states: Counter[str]) -> bool:
    """No message is open."""
    return not {"queued", "sending", "sent"} & set(states)


def later(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)
