"""The sub-centre's statement stands on its centre's consolidated one and at the province, byte for byte."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import psycopg
import pytest

from billing_budget.statements import errors, policy, queries, service
from billing_budget.statements.events import RunningMonthHandedUp, StatementHandedUp
from billing_budget.statements.service import receiving
from kernel.calendar import clock
from kernel.jobs.runner import Outcome
from tests.billing_budget.statements.world import LAST, LAST_MONTH, THIS, THIS_MONTH, World
from tests.database import TestDatabase


@pytest.fixture
def world(database: TestDatabase) -> World:
    return World.open(database)


def test_the_segments_stand_on_both(world: World) -> None:
    world.send(world.sub, LAST, 9, submitted=2, reserved=2)
    world.send(world.centre, LAST, 4)
    issued = world.issue(world.sub)
    assert world.deliver(world.sub) == [Outcome.DONE, Outcome.DONE]
    whole = world.consolidated(world.centre)
    assert [(p.own, p.state, p.segments, p.amount_fen) for p in whole.parts] == [
        (True, "open", 4, 14),
        (False, "issued", 18, 63),
    ]
    assert whole.parts[1].statement == issued
    assert (whole.segments, whole.amount_fen, whole.complete) == (22, 77, False)
    assert whole.by_carrier() == [("cmcc", 22, 77)]
    world.issue(world.centre)
    assert world.consolidated(world.centre).complete


def test_the_province_has_everyone(world: World) -> None:
    world.send(world.sub, LAST, 9)
    world.issue(world.sub)
    world.deliver(world.sub)
    parts = {p.tenant.id: p for p in world.consolidated(world.database.province_id).parts}
    assert (parts[world.sub].state, parts[world.sub].segments) == ("issued", 9)
    assert (parts[world.centre].state, parts[world.centre].statement) == ("missing", None)
    assert parts[world.database.province_id].state == "missing"  # it sent nothing itself


def test_what_arrives_is_what_was_issued(world: World) -> None:
    world.send(world.sub, LAST, 1)
    world.issue(world.sub)
    world.deliver(world.sub)
    with psycopg.connect(world.database.superuser_dsn) as connection:
        rows = connection.execute(
            "select body, body_hash from sms_statement where tenant_id = %(s)s"
            " union all select body, body_hash from sms_statement_received where subject_id = %(s)s",
            {"s": world.sub},
        ).fetchall()
    assert len(rows) == 3
    assert len(set(rows)) == 1


def test_a_running_month_is_replaced_by_the_newer_one_only(world: World) -> None:
    world.send(world.sub, THIS, 2)
    assert world.hand_up(world.sub)
    world.deliver(world.sub)
    first = world.consolidated(world.centre, THIS_MONTH).parts[1]
    with world.database.door().tenant_tx(world.database.scope(world.sub)) as session:
        late = _running(session, THIS_MONTH, clock.now() - timedelta(hours=2))
    world.send(world.sub, THIS, 3)
    world.hand_up(world.sub)
    world.deliver(world.sub)
    _receive(world, receiving.keep_running, late)
    second = world.consolidated(world.centre, THIS_MONTH).parts[1]
    assert [(p.state, p.segments) for p in (first, second)] == [("open", 2), ("open", 5)]


def test_an_issued_statement_stands_above_a_running_one(world: World) -> None:
    world.send(world.sub, LAST, 2)
    with world.database.door().tenant_tx(world.database.scope(world.sub)) as session:
        late = _running(session, LAST_MONTH, clock.now() + timedelta(hours=1))
    world.issue(world.sub)
    world.deliver(world.sub)
    _receive(world, receiving.keep_running, late)
    assert world.consolidated(world.centre).parts[1].state == "issued"


def test_nothing_sent_is_nothing_handed_up(world: World) -> None:
    assert not world.hand_up(world.sub)


def _running(session: Any, month: str, at: Any) -> RunningMonthHandedUp:
    place = queries.line(session)
    first = policy.month_of(month)
    assert first is not None
    statement = service.compose(session, place.payer, first)
    body = policy.frozen(statement).decode()
    return RunningMonthHandedUp(place.above[0].id, session.tenant_id, month, body, at.isoformat())


def _receive(world: World, handler: Any, event: Any) -> None:
    with world.database.door().tenant_tx(world.database.scope(event.target_id)) as session:
        handler(session, event)


def _package(world: World) -> StatementHandedUp:
    world.send(world.sub, LAST, 2)
    body = policy.frozen(world.issue(world.sub))
    return StatementHandedUp(
        world.centre, world.sub, LAST_MONTH, body.decode(), policy.digest(body).hex(), clock.now().isoformat()
    )


def _with(event: StatementHandedUp, **changes: Any) -> StatementHandedUp:
    """The package with other contents and a hash that fits them."""
    statement = policy.thawed(event.body.encode())
    body = policy.frozen(msgspec.structs.replace(statement, **changes))
    return replace(event, body=body.decode(), sha256=policy.digest(body).hex())


@pytest.mark.parametrize(
    ("fault", "spoil"),
    [
        ("hash", lambda e, w: replace(e, body=e.body.replace("cmcc", "cucc"))),
        ("sums", lambda e, w: _with(e, amount_fen=1)),
        ("sums", lambda e, w: _with(e, segments=99)),
        ("sums", lambda e, w: _with(e, kind="other")),
        ("subject", lambda e, w: replace(e, month=THIS_MONTH)),
        ("subject", lambda e, w: _with(e, state="open")),
        ("bytes", lambda e, w: replace(e, body="[]", sha256=policy.digest(b"[]").hex())),
        ("not below", lambda e, w: replace(e, subject_id=w.centre)),
        ("not below", lambda e, w: replace(e, target_id=w.sub)),
    ],
)
def test_a_package_that_is_not_what_it_says_is_not_kept(world: World, fault: str, spoil: Any) -> None:
    event = spoil(_package(world), world)
    with pytest.raises(errors.PackageDamaged, match=fault):
        _receive(world, receiving.keep_statement, event)


def test_the_package_itself_is_kept(world: World) -> None:
    _receive(world, receiving.keep_statement, _package(world))
    assert world.consolidated(world.centre).parts[1].state == "issued"


def test_a_sibling_can_not_speak_for_another(world: World, database: TestDatabase) -> None:
    other: UUID = database.open_centre("C95109", "另一分中心", parent=world.centre)
    event = replace(_package(world), subject_id=other)
    with pytest.raises(errors.PackageDamaged, match="subject"):
        _receive(world, receiving.keep_statement, event)
