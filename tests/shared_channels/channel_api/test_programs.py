"""Programs are registered and stopped by two people of the province, on its pages."""

from __future__ import annotations

import secrets

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask.testing import FlaskClient

from kernel.approvals import queries as changes
from kernel.approvals import service as approvals
from kernel.identity.actor import Actor
from shared_channels.channel_api.seed import seed_programs
from tests.database import TestDatabase
from tests.people import person
from tests.shared_channels.accounts.conftest import Centre, city, codes
from tests.shared_channels.channel_api.program import Program
from tests.web_client import client_for, post, visitor

__all__ = ["city", "codes"]


@pytest.fixture(scope="module")
def officers(database: TestDatabase) -> tuple[Actor, Actor]:
    return (
        person(database, database.province_id, "省级系统员", "system_officer"),
        person(database, database.province_id, "省级安全员", "security_officer"),
    )


@pytest.fixture
def desk(database: TestDatabase, officers: tuple[Actor, Actor]) -> FlaskClient:
    return client_for(database, officers[0])


def typed(key: Ed25519PrivateKey, **other: object) -> dict[str, object]:
    return {
        "name_zh": "官方微信服务号", "code": f"wechat-{secrets.token_hex(4)}", "channel": "wechat", "scopes": ["sessions"],
        "centre_code": "", "public_key": key.public_key().public_bytes_raw().hex(), "reason": "按渠道建设计划接入。",
    } | other  # fmt: skip


def approve(database: TestDatabase, checker: Actor, address: str) -> None:
    with database.door().tenant_tx(database.scope()) as session:
        change = changes.visible(session, checker, _id(address))
        approvals.approve(session, checker, change.id, change.content_hash)


def _id(address: str):  # type: ignore[no-untyped-def]
    from uuid import UUID

    return UUID(address.rstrip("/").rpartition("/")[2])


def test_a_program_works_once_a_second_officer_approved_and_not_after_it_was_stopped(
    database: TestDatabase, desk: FlaskClient, officers: tuple[Actor, Actor], city: Centre
) -> None:
    key = Ed25519PrivateKey.generate()
    form = typed(key)
    program = Program(visitor(database), str(form["code"]), city.code, key)
    answer = post(desk, "/console/channel-programs/new", form)
    assert answer.status_code == 303
    assert program.post("sessions", {"user": "x"}).status_code == 401
    approve(database, officers[1], answer.location)
    assert program.post("sessions", {"user": "x"}).status_code == 409
    assert "官方微信服务号" in desk.get("/console/channel-programs/").text
    stop = post(desk, f"/console/channel-programs/{form['code']}/stop", {"reason": "合同到期。"})
    approve(database, officers[1], stop.location)
    assert program.post("sessions", {"user": "x"}).status_code == 401
    assert "已停用" in desk.get("/console/channel-programs/").text


@pytest.mark.parametrize(
    "mistake",
    [
        {"code": "Wechat Main"}, {"public_key": "00"}, {"public_key": "zz" * 32}, {"channel": "weibo"},
        {"scopes": []}, {"centre_code": "C00009"}, {"reason": ""},
    ],
)  # fmt: skip
def test_a_mistake_is_shown_beside_its_field(desk: FlaskClient, mistake: dict[str, object]) -> None:
    answer = post(desk, "/console/channel-programs/new", typed(Ed25519PrivateKey.generate(), **mistake))
    assert answer.status_code == 422
    assert "需要修改" in answer.text


def test_a_centre_registers_no_program(database: TestDatabase, city: Centre) -> None:
    officer = person(database, city.id, "中心系统员", "system_officer")
    desk = client_for(database, officer)
    page = desk.get("/console/channel-programs/")
    assert "由省级平台统一登记" in page.text
    answer = post(desk, "/console/channel-programs/new", typed(Ed25519PrivateKey.generate()))
    assert answer.status_code == 409


def test_the_demos_programs_are_registered_once(database: TestDatabase, city: Centre) -> None:
    key = Ed25519PrivateKey.generate()
    keys = {channel: key.public_key().public_bytes_raw().hex() for channel in ("wechat", "gov_app", "kiosk")}
    for expected in (3, 0):
        with database.door().tenant_tx(database.scope()) as session:
            assert seed_programs(session, keys) == expected
            session.audit("channel_api.registered", "channel_client", "demo", "登记渠道程序")
    program = Program(visitor(database), "demo-gov-app", city.code, key)
    assert program.post("sessions", {"user": "x"}).status_code == 409
