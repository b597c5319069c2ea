"""Isolation cost: single reads under the signed context against the same reads under a plain setting."""

from __future__ import annotations

from uuid import UUID, uuid4

import psycopg

from kernel.db.signing import ContextSigner
from loadtests.bench.database import Bench
from loadtests.bench.lines import Goal, Result, ratio

GOAL = Goal("isolation cost", floor=0.80, goal=0.95)
ROWS, READS = 2_000, 2_000

_TABLES = """
create table bench_signed (tenant_id uuid not null, id uuid not null, body text not null, primary key (tenant_id, id));
create table bench_plain (like bench_signed including all);
alter table bench_signed enable row level security; alter table bench_signed force row level security;
alter table bench_plain enable row level security; alter table bench_plain force row level security;
create policy p on bench_signed for select to gjj_app using (tenant_id = (select k.cur_tenant('gjj_app')));
create policy p on bench_plain for select to gjj_app using (tenant_id = (select current_setting('app.plain')::uuid));
grant select on bench_signed, bench_plain to gjj_app;
"""


def measure(bench: Bench) -> Result:
    """One busy connection, one transaction a read, context in the same round trip as BEGIN on both sides."""
    tenant, ids = bench.centres[0], [uuid4() for _ in range(ROWS)]
    with psycopg.connect(bench.superuser_dsn, autocommit=True) as maker:
        maker.execute(_TABLES)
        for table in ("bench_signed", "bench_plain"):
            with maker.cursor().copy(f"copy {table} from stdin") as copy:
                for id_ in ids:
                    copy.write_row((str(tenant), str(id_), "x" * 200))
        maker.execute("analyze bench_signed; analyze bench_plain")
    dsn = bench.door.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(dsn, autocommit=True) as signed, psycopg.connect(dsn, autocommit=True) as plain:
        signer, scope = bench.door.signer, bench.scope(tenant)
        return ratio(
            GOAL,
            lambda: _read_signed(signed, signer, scope, ids),
            lambda: _read_plain(plain, tenant, ids),
        )


def _read_signed(
    connection: psycopg.Connection, signer: ContextSigner, scope: object, ids: list[UUID]
) -> int:
    for number in range(READS):
        context = signer.sign(scope, connection.info.backend_pid)  # type: ignore[arg-type]
        with connection.transaction(), connection.pipeline():
            connection.execute(
                "select set_config('role', 'gjj_app', true), set_config('app.ctx', %s, true)", (context,)
            )
            cursor = connection.execute("select body from bench_signed where id = %s", (ids[number % ROWS],))
        assert cursor.fetchone() is not None
    return READS


def _read_plain(connection: psycopg.Connection, tenant: UUID, ids: list[UUID]) -> int:
    for number in range(READS):
        with connection.transaction(), connection.pipeline():
            connection.execute(
                "select set_config('role', 'gjj_app', true), set_config('app.plain', %s, true)",
                (str(tenant),),
            )
            cursor = connection.execute("select body from bench_plain where id = %s", (ids[number % ROWS],))
        assert cursor.fetchone() is not None
    return READS
