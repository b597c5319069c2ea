"""T4: undo leaves no row of the city's tenants in any table, keeps one event with the counts, and retires the codes (ADR 0003)."""

from __future__ import annotations

import json
from collections.abc import Callable

import psycopg
import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from kernel.approvals.errors import OwnChange
from kernel.db.ids import uuid7
from kernel.identity.actor import Actor
from onboarding.manifests.service import read_city
from onboarding.provisioning.errors import CityNotFound, CodeRetired, InUse
from onboarding.provisioning.ports import Places
from onboarding.provisioning.service import (
    Outcome,
    approve_and_run,
    plan_city,
    propose_city,
    propose_undo,
)
from tests.database import TestDatabase
from tests.onboarding.conftest import Manifest
from tests.onboarding.rows import rows_of, tenants_of_city

Make = Callable[..., Manifest]
REASON = "清单有误，撤销后重新办理。"


def join(places: Places, maker: Actor, checker: Actor, given: Manifest) -> None:
    approve_and_run(places, propose_city(places, maker, given.body, given.signature, "申请入驻。"), checker)


def undo(places: Places, maker: Actor, checker: Actor, code: str) -> Outcome:
    with places.acting_as(maker).inside(places.province_id) as session:
        change = propose_undo(session, maker, code, REASON)
    return approve_and_run(places, change, checker)


def ids_of(database: TestDatabase, code: str) -> list[object]:
    with psycopg.connect(database.superuser_dsn) as connection:
        return tenants_of_city(connection, code)


def test_undo_leaves_no_row_in_any_table(
    manifest: Make, places: Places, maker: Actor, checker: Actor, database: TestDatabase
) -> None:
    given, other = manifest(subs=2), manifest(subs=1)
    join(places, maker, checker, given)
    join(places, maker, checker, other)
    ids, others = ids_of(database, given.code), ids_of(database, other.code)
    untouched = rows_of(database, others)
    assert len(ids) == 6
    assert {"membership", "role_grant", "audit_event", "audit_head", "channel_revision"} <= set(
        rows_of(database, ids)
    )
    undo(places, maker, checker, given.code)
    assert rows_of(database, ids) == {}
    assert ids_of(database, given.code) == []
    assert rows_of(database, others) == untouched


def test_undo_is_one_event_with_counts_and_the_head_of_each_removed_chain(
    manifest: Make, places: Places, maker: Actor, checker: Actor, database: TestDatabase
) -> None:
    given = manifest(subs=0, twin=False)
    join(places, maker, checker, given)
    (only,) = ids_of(database, given.code)
    with psycopg.connect(database.superuser_dsn) as connection:
        query = "select seq, encode(head_hash, 'hex') from audit_head where tenant_id = %s"
        head = connection.execute(query, (only,)).fetchone()
    undo(places, maker, checker, given.code)
    with psycopg.connect(database.superuser_dsn) as connection:
        query = "select body from audit_event where tenant_id = %s and action = 'onboarding.undone' and object_id = %s"
        events = connection.execute(query, (database.province_id, given.code)).fetchall()
    assert len(events) == 1
    (removed,) = json.loads(events[0][0])["facts"]["removed"]
    assert head is not None
    assert (removed["head"]["seq"], removed["head"]["hash"]) == head
    assert removed["rows"]["membership"] == 2
    assert removed["rows"]["audit_head"] == 1


def test_a_code_is_never_used_again(manifest: Make, places: Places, maker: Actor, checker: Actor) -> None:
    given = manifest(subs=1)
    join(places, maker, checker, given)
    undo(places, maker, checker, given.code)
    with pytest.raises(CodeRetired):
        plan_city(places, read_city(given.body))
    reborn = given.altered(f"code: {given.code}\n", f"code: C{given.number:02d}999\n").altered(
        f"consolidates_into: {given.code}", f"consolidates_into: C{given.number:02d}999"
    )
    with pytest.raises(CodeRetired):
        propose_city(places, maker, reborn.body, reborn.signature, "换一个中心代码。")


def test_undo_needs_a_second_person(
    manifest: Make, places: Places, maker: Actor, checker: Actor, database: TestDatabase
) -> None:
    given = manifest(subs=0, twin=False)
    join(places, maker, checker, given)
    with pytest.raises(OwnChange):
        undo(places, maker, maker, given.code)
    assert rows_of(database, ids_of(database, given.code)) != {}


def test_a_city_in_use_can_not_be_undone(
    manifest: Make, places: Places, maker: Actor, checker: Actor, database: TestDatabase
) -> None:
    given = manifest(subs=0, twin=False)
    join(places, maker, checker, given)
    with psycopg.connect(database.superuser_dsn) as connection:
        connection.execute(
            "update k.tenant set opened_at = now() - interval '8 days' where code = %s", (given.code,)
        )
    with pytest.raises(InUse):
        undo(places, maker, checker, given.code)


def test_an_unknown_city_can_not_be_undone(places: Places, maker: Actor, checker: Actor) -> None:
    with pytest.raises(CityNotFound):
        undo(places, maker, checker, "C00001")


@pytest.mark.parametrize("who", ["province without approval", "the centre itself", "another centre"])
def test_the_database_erases_only_under_an_approved_undo(
    manifest: Make, places: Places, maker: Actor, checker: Actor, database: TestDatabase, who: str
) -> None:
    given, other = manifest(subs=1, twin=False), manifest(subs=0, twin=False)
    join(places, maker, checker, given)
    join(places, maker, checker, other)
    centre, sub = ids_of(database, given.code)[0], ids_of(database, given.code)[1]
    (stranger,) = ids_of(database, other.code)
    acting = {"province without approval": database.province_id, "the centre itself": centre}.get(
        who, stranger
    )
    statement = select(func.k.tenant_erase(acting, sub, uuid7()))
    with pytest.raises(DBAPIError) as refused, database.door().tenant_tx(database.scope(acting)) as session:  # type: ignore[arg-type]
        session.execute(statement)
    assert getattr(refused.value.orig, "sqlstate", "") == "42501"


def test_an_approved_undo_reaches_no_other_city(
    manifest: Make, places: Places, maker: Actor, checker: Actor, database: TestDatabase
) -> None:
    given, other = manifest(subs=0, twin=False), manifest(subs=0, twin=False)
    join(places, maker, checker, given)
    join(places, maker, checker, other)
    with places.acting_as(maker).inside(places.province_id) as session:
        change = propose_undo(session, maker, given.code, REASON)
    with psycopg.connect(database.superuser_dsn) as connection:
        connection.execute(
            "update change_request set state = 'executed', executed_at = now(), checker_person_id = %s where id = %s",
            (checker.person_id, change.change_id),
        )
    (stranger,) = ids_of(database, other.code)
    statement = select(func.k.tenant_erase(database.province_id, stranger, change.change_id))
    with pytest.raises(DBAPIError) as refused, database.door().tenant_tx(database.scope()) as session:
        session.execute(statement)
    assert getattr(refused.value.orig, "sqlstate", "") == "42501"


def test_erasing_fails_closed_when_a_table_has_no_policy_for_it(
    manifest: Make, places: Places, maker: Actor, checker: Actor, database: TestDatabase
) -> None:
    given = manifest(subs=0, twin=False)
    join(places, maker, checker, given)
    with psycopg.connect(database.superuser_dsn) as connection:
        connection.execute("drop policy erasing on org_unit")
    try:
        with pytest.raises(DBAPIError) as refused:
            undo(places, maker, checker, given.code)
        assert getattr(refused.value.orig, "sqlstate", "") == "55000"
        assert rows_of(database, ids_of(database, given.code))["org_unit"] == 2
    finally:
        with psycopg.connect(database.superuser_dsn) as connection:
            connection.execute("set role gjj_owner")
            connection.execute("select k.secure_erasure()")
