"""The pages of a body and of the province."""

from __future__ import annotations

import io
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import event

from acceptance.construction import queries, service
from acceptance.construction.service import EvidenceIn
from kernel.calendar import clock
from kernel.identity.actor import Actor
from tenants.registry.models import RegisteredCentre
from tests.acceptance.construction.test_service import PLAN, deliver
from tests.database import TestDatabase
from tests.people import person
from tests.web_client import client_for, post

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture(scope="module")
def centre(database: TestDatabase) -> UUID:
    return database.open_centre("C95103", "示例市住房公积金管理中心")


@pytest.fixture(scope="module")
def reporter(database: TestDatabase, centre: UUID) -> Actor:
    return person(database, centre, "填报甲", "centre_admin")


@pytest.fixture(scope="module")
def checker(database: TestDatabase, centre: UUID) -> Actor:
    return person(database, centre, "核实乙", "centre_approver")


def _plan(database: TestDatabase, centre: UUID) -> None:
    with database.door().tenant_tx(database.scope(centre)) as session:
        service.make_plan(session, PLAN)


def test_without_a_plan_the_page_says_what_to_do(database: TestDatabase) -> None:
    empty = database.open_centre("C95104")
    client = client_for(database, person(database, empty, "填报己", "centre_admin"))
    assert "还没有建设计划" in client.get("/console/construction/").text
    assert client.get("/console/construction/tasks/1").status_code == 409
    assert client.get("/console/construction/tasks/99").status_code == 404
    page = client.get("/console/construction/plan")
    assert page.status_code == 200
    wrong = post(client, "/console/construction/plan", {"build_mode": "self_built", "leader_zh": "主任"})
    assert wrong.status_code == 422
    assert "处需要修改" in wrong.text
    values = {
        "build_mode": "self_built",
        "leader_zh": "主任 示例",
        "department_zh": "运营部",
        "started_on": "2026-01-05",
    }
    assert (
        post(client, "/console/construction/plan", {**values, "planned_end_on": "2026-01-01"}).status_code
        == 422
    )
    assert (
        post(client, "/console/construction/plan", {**values, "planned_end_on": "2027-12-31"}).status_code
        == 302
    )
    assert "梳理服务事项清单" in client.get("/console/construction/").text


def test_a_file_is_reported_confirmed_and_downloaded(
    database: TestDatabase, centre: UUID, reporter: Actor, checker: Actor
) -> None:
    _plan(database, centre)
    with database.door().tenant_tx(database.scope(centre), read_only=True) as session:
        step = queries.steps(session, 2)[0].step.id
    client, other = client_for(database, reporter), client_for(database, checker)
    address = f"/console/construction/steps/{step}/evidence"
    assert post(client, address, {"title_zh": "印发文件"}).status_code == 422
    spoofed = {"title_zh": "印发文件", "file": (io.BytesIO(b"MZ not a pdf"), "文件.pdf")}
    assert post(client, address, spoofed).status_code in (415, 422)
    done = post(client, address, {"title_zh": "印发文件", "file": (io.BytesIO(PDF), "文件.pdf")})
    assert done.status_code == 302
    with database.door().tenant_tx(database.scope(centre), read_only=True) as session:
        evidence = queries.steps(session, 2)[0].evidence[0].id
    assert post(client, f"/console/construction/evidence/{evidence}/confirm", {}).status_code == 409
    assert "待核实" in other.get("/console/construction/tasks/2").text
    assert (
        post(other, f"/console/construction/evidence/{evidence}/return", {"reason_zh": ""}).status_code == 422
    )
    assert post(other, f"/console/construction/evidence/{evidence}/confirm", {}).status_code == 302
    got = other.get(f"/console/construction/evidence/{evidence}/file")
    assert got.data == PDF
    assert got.headers["Content-Disposition"].startswith("attachment")


def test_the_list_needs_few_queries(database: TestDatabase, centre: UUID, reporter: Actor) -> None:
    client = client_for(database, reporter)
    client.get("/console/construction/")
    seen: list[str] = []

    def count(conn: object, cursor: object, statement: str, *rest: object) -> None:
        seen.append(statement)

    engine = database.door().engine
    event.listen(engine, "before_cursor_execute", count)
    try:
        assert client.get("/console/construction/").status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", count)
    assert len(seen) <= 9, seen


def test_the_province_sees_the_worst_first_and_urges(
    database: TestDatabase, centre: UUID, reporter: Actor
) -> None:
    _plan(database, centre)
    with database.door().tenant_tx(database.scope(centre)) as session:
        step = queries.steps(session, 1)[0].step.id
        service.set_due_days(session, 1, {step: clock.today() - timedelta(days=30)})
    with database.door().tenant_tx(database.scope(centre)) as session:
        service.report(session, reporter, step, EvidenceIn("清单", "说明"))
    deliver(database, centre)
    with database.door().tenant_tx(database.scope()) as session:
        session.add(_registered(centre))
        session.audit("test.registered", "tenant", centre, "测试登记")
    client = client_for(database, person(database, database.province_id, "监管丙", "province_officer"))
    page = client.get("/console/province/construction/").text
    assert "示例市住房公积金管理中心" in page
    assert (
        client.get("/console/province/construction/?late=1&mode=provincial_shared&sort=done").status_code
        == 200
    )
    assert "填报甲" not in client.get("/console/province/construction/C95103").text
    wrong = post(
        client,
        "/console/province/construction/C95103/urge",
        {"text_zh": "请抓紧办理", "answer_by_on": "2020-01-01"},
    )
    assert wrong.status_code == 422
    day = (clock.today() + timedelta(days=7)).isoformat()
    sent = post(
        client, "/console/province/construction/C95103/urge", {"text_zh": "请抓紧办理", "answer_by_on": day}
    )
    assert sent.status_code == 302
    deliver(database, database.province_id)
    mine = client_for(database, reporter)
    assert "请抓紧办理" in mine.get("/console/construction/").text
    with database.door().tenant_tx(database.scope(centre), read_only=True) as session:
        urge = queries.urges(session, centre)[0].urge_id
    assert mine.get(f"/console/construction/urges/{urge}").status_code == 200
    assert post(mine, f"/console/construction/urges/{urge}/answer", {"answer_zh": "好"}).status_code == 422
    assert (
        post(mine, f"/console/construction/urges/{urge}/answer", {"answer_zh": "本周内完成"}).status_code
        == 302
    )


def test_a_centre_does_not_open_the_provinces_list(database: TestDatabase, reporter: Actor) -> None:
    assert client_for(database, reporter).get("/console/province/construction/").status_code == 403


def _registered(centre: UUID) -> RegisteredCentre:
    return RegisteredCentre(
        subject_id=centre, code="C95103", city_code="C95103", kind="centre", name_zh="示例市住房公积金管理中心",
        short_name_zh="示例市", legal_entity_zh="", build_mode="provincial_shared", own_app=False, fictional=True,
        status="active",
    )  # fmt: skip
