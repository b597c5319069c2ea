"""The page of lines and queue: who sees what, in how many queries."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event

from kernel.db.roles import Login
from tests.database import TestDatabase
from tests.people import person
from tests.shared_channels.sms.dispatch.world import World
from tests.shared_channels.sms.running import carrier, within
from tests.web_client import client_for

PAGE = "/console/sms/lines"


@pytest.fixture(scope="module")
def centre(database: TestDatabase) -> UUID:
    return database.open_centre("C99091", "线路市住房公积金管理中心")


@pytest.fixture(scope="module")
def neighbour(database: TestDatabase) -> UUID:
    return database.open_centre("C99092", "邻近市住房公积金管理中心")


@pytest.fixture
def world(database: TestDatabase) -> Iterator[World]:
    world = World(database)
    world.empty()
    yield world
    world.close()


@contextmanager
def counted(database: TestDatabase) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        seen.append(statement)

    event.listen(database.door(Login.WEB).engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(database.door(Login.WEB).engine, "before_cursor_execute", note)


@within(60)
async def test_the_province_sees_all_and_a_centre_its_own(
    world: World, centre: UUID, neighbour: UUID, database: TestDatabase
) -> None:
    world.put(centre, 3, "OTP")
    world.put(neighbour, 2, "NOTICE")
    async with carrier("cmpp30") as played, world.engine(world.line(played.port)) as engine:
        await world.until(lambda states: states["delivered"] == 5)
        await engine.upkeep.beat()
    world.put(centre, 4, "POLICY")
    world.put(neighbour, 7, "POLICY")
    operator = client_for(database, person(database, database.province_id, "陈通道", "province_operator"))
    clerk = client_for(database, person(database, centre, "李通道", "centre_admin"))
    seen, own = operator.get(PAGE).text, clerk.get(PAGE).text
    for words in ("测试线路", "CMPP 3.0", "线路市", "邻近市", "已提交", "政策宣传"):
        assert words in seen, words
    assert "测试线路" in own
    assert "线路市" in own
    assert "邻近市" not in own
    assert "已提交" not in own
    assert operator.get(f"{PAGE}/live").status_code == 200


def test_the_number_of_queries_does_not_grow(world: World, database: TestDatabase, centre: UUID) -> None:
    client = client_for(database, person(database, centre, "王通道", "centre_admin"))
    client.get(PAGE)
    with counted(database) as first:
        client.get(PAGE)
    for category in ("OTP", "NOTICE", "POLICY"):
        world.put(centre, 50, category)
    with counted(database) as second:
        client.get(PAGE)
    assert len(first) == len(second)
    assert len(second) < 12


def test_a_silent_gateway_is_told(world: World, database: TestDatabase, centre: UUID) -> None:
    with world.superuser() as connection:
        connection.execute(
            "insert into k.sms_link_state values ('旧线路', 'cmpp30', 'cmcc', 'up', '线路正常', 0, 16, 0, '{}', %s, now(),"
            " now() - interval '1 minute')",
            (uuid4(),),
        )
    page = client_for(database, person(database, centre, "赵通道", "centre_admin")).get(PAGE).text
    assert "网关没有运行" in page
