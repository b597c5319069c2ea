"""A province with its SMS service set up, and what tests read back as superuser."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

import kernel.approvals.models  # noqa: F401 - templates refer to changes
from kernel.crypto.masks import MaskKind
from kernel.crypto.secret import Secret
from kernel.validation.phones import synthetic_mobile
from shared_channels.sms.messages.seed import seed_province_sms
from tests.database import TestDatabase

_orders = iter(range(40_000_000, 50_000_000))


def a_phone() -> Secret[str]:
    """An invented number that no other test uses."""
    return Secret(synthetic_mobile(next(_orders)), MaskKind.PHONE)


def set_up(database: TestDatabase) -> None:
    """Templates, signature and limits of the province; safe to run again."""
    with database.door().tenant_tx(database.scope()) as session:
        rows = seed_province_sms(session)
        if rows:
            session.audit("test.sms_set_up", "tenant", session.tenant_id, "测试准备短信")


def rows(database: TestDatabase, table: str, tenant: UUID | None = None) -> list[dict[str, Any]]:
    """Every row of a table, whoever's; of one tenant when it is given."""
    where = " where tenant_id = %s" if tenant else ""
    with psycopg.connect(database.superuser_dsn, row_factory=dict_row) as connection:
        query = f"select * from {table}{where} order by id"
        return connection.execute(query, (tenant,) if tenant else ()).fetchall()  # type: ignore[call-overload,no-any-return]


def run(database: TestDatabase, statement: str, *values: object) -> None:
    """Change something behind the product's back."""
    with psycopg.connect(database.superuser_dsn, autocommit=True) as connection:
        connection.execute(statement, values)  # type: ignore[call-overload]
