"""Frozen DDL, version 1: row security by class of table. Never edited once a release has used it; a change is a `ddl_v2`.

Migrations import no model: what they make is compared with the models' declarations by `tests/guards/test_catalogue.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import op

ALL_RIGHTS = ("select", "insert", "update", "delete")


def run(sql: str) -> None:
    """Execute SQL text as it is: colons, percent signs and several statements."""
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(sql)


def run_file(name: str) -> None:
    """Execute a file of `migrations/sql`."""
    run((Path(__file__).parent / "sql" / name).read_text(encoding="utf-8"))


def monthly_partitions(name: str, *, first: tuple[int, int], months: int) -> None:
    """Partitions by month of a table that is partitioned by its uuidv7 `id`: forced row security, no grants (decision D14)."""
    for start, end in _months(first, months):
        part = f"{name}_p{start:%Y%m}"
        run(
            f"create table {part} partition of {name} for values from ('{_floor(start)}') to ('{_floor(end)}')"
        )
        _force(part)


def _months(first: tuple[int, int], months: int) -> list[tuple[datetime, datetime]]:
    starts = [
        datetime(first[0] + (first[1] - 1 + i) // 12, (first[1] - 1 + i) % 12 + 1, 1, tzinfo=UTC)
        for i in range(months + 1)
    ]
    return list(zip(starts, starts[1:], strict=False))


def _floor(at: datetime) -> str:
    ms = int(at.timestamp() * 1000)
    digits = f"{(ms & 0xFFFFFFFFFFFF) << 80 | 7 << 76 | 2 << 62:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def own_table(
    name: str, *parts: Any, readers: Sequence[str] = (), rights: Sequence[str] = ALL_RIGHTS
) -> None:
    """Create a table of class *own*: keys (tenant_id, id), forced row security, one policy for each command."""
    _create(name, parts)
    secure_own(name, readers=readers, rights=rights)


def secure_own(name: str, *, readers: Sequence[str] = (), rights: Sequence[str] = ALL_RIGHTS) -> None:
    """Row security of class *own* on a table that exists."""
    _force(name)
    _policies(name, "tenant_id = (select k.cur_tenant('gjj_app'))", rights)
    for reader in readers:
        run(
            f"create policy {name}_select_{reader} on {name} for select to {reader}"
            f" using (tenant_id = (select k.cur_tenant('{reader}')))"
        )
        run(f"grant select on {name} to {reader}")


def citizen_rows(name: str, column: str, rights: Sequence[str] = ("select",)) -> None:
    """Let signed-in depositors and employers at the rows of their own account on a table of class *own* (decision D3).

    `column` holds the account's id; the signed subject of a citizen's context is that id.
    """
    seen = (
        "tenant_id = (select k.cur_tenant('gjj_citizen'))"
        f" and {column}::text = (select k.cur_subject('gjj_citizen'))"
    )
    written = seen.replace("'gjj_citizen')", "'gjj_citizen', true)", 1)
    clauses = {
        "select": f"using ({seen})",
        "insert": f"with check ({written})",
        "update": f"using ({written}) with check ({written})",
        "delete": f"using ({written})",
    }
    for command in rights:
        run(
            f"create policy {name}_{command}_gjj_citizen on {name} for {command} to gjj_citizen {clauses[command]}"
        )
        run(f"grant {command} on {name} to gjj_citizen")


def inherited_table(
    name: str, *parts: Any, readers: Sequence[str] = (), rights: Sequence[str] = ALL_RIGHTS
) -> None:
    """Create a table of class *inherited*: written as own, read down the tenant line."""
    _create(name, parts)
    _force(name)
    _policies(name, "tenant_id = any ((select k.cur_line('gjj_app'))::uuid[])", rights)
    for reader in readers:
        run(
            f"create policy {name}_select_{reader} on {name} for select to {reader}"
            f" using (tenant_id = any ((select k.cur_line('{reader}'))::uuid[]))"
        )
        run(f"grant select on {name} to {reader}")


def reference_table(name: str, *parts: Any) -> None:
    """Create a table of class *reference*: no tenant; run-time roles may only read."""
    op.create_table(name, *parts)
    _force(name)
    run(
        f"create policy {name}_select on {name} for select to gjj_app, gjj_citizen, gjj_province_reader using (code is not null)"
    )
    run(f"create policy {name}_owner on {name} for all to gjj_owner using (code is not null)")
    run(f"grant select on {name} to gjj_app, gjj_citizen, gjj_province_reader")


def private_table(name: str, owner: str, rights: Sequence[str] = ALL_RIGHTS) -> None:
    """A table of schema k that only the functions of `owner` touch (and the schema's owner, for migrations)."""
    _force(name)
    plain = name.replace("k.", "")
    run(f"create policy {plain}_functions on {name} for all to {owner} using (true) with check (true)")
    run(f"create policy {plain}_owner on {name} for all to gjj_owner using (true) with check (true)")
    run(f"grant {', '.join(rights)} on {name} to {owner}")


def function(signature: str, owner: str, callers: Sequence[str]) -> None:
    """Give a function its owner and its callers; nobody else may execute it."""
    run(f"revoke all on function {signature} from public")
    for caller in callers:
        run(f"grant execute on function {signature} to {caller}")
    run(f"alter function {signature} owner to {owner}")


def _create(name: str, parts: Sequence[Any]) -> None:
    op.create_table(
        name,
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        *parts,
        sa.PrimaryKeyConstraint("tenant_id", "id", name=f"pk_{name}"),
    )


def _force(name: str) -> None:
    run(f"alter table {name} enable row level security")
    run(f"alter table {name} force row level security")


def _policies(name: str, seen: str, rights: Sequence[str]) -> None:
    mine = "tenant_id = (select k.cur_tenant('gjj_app', true))"
    clauses = {
        "select": f"using ({seen})",
        "insert": f"with check ({mine})",
        "update": f"using ({mine}) with check ({mine})",
        "delete": f"using ({mine})",
    }
    for command in rights:
        run(f"create policy {name}_{command} on {name} for {command} to gjj_app {clauses[command]}")
        run(f"grant {command} on {name} to gjj_app")
