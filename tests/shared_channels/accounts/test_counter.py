"""The clerk's page: binds and confirms by the code on the person's phone."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tenants.core_system.adapters.demo_people import DEMO_PEOPLE
from tests.database import TestDatabase
from tests.people import person
from tests.shared_channels.accounts.conftest import Centre
from tests.shared_channels.accounts.phone import Phone, phone_of
from tests.shared_channels.accounts.world import Codes
from tests.web_client import client_for, post

WHO = DEMO_PEOPLE[0]


@pytest.fixture
def phone(database: TestDatabase, codes: Codes, island: Centre, patient: None) -> Phone:
    found = phone_of(database, codes, island.code)
    found.register()
    return found


@pytest.fixture
def desk(database: TestDatabase, island: Centre) -> FlaskClient:
    return client_for(database, person(database, island.id, "柜员丁", "clerk"))


def shown(page: str) -> str:
    return page.split('h-state-title">')[1].split("<")[0]


def typed(code: str, purpose: str = "bind", number: str = WHO.identity_number) -> dict[str, str]:
    return {"purpose": purpose, "code": code, "name": WHO.name, "identity_number": number}


def test_the_clerk_binds_and_later_confirms_the_person(phone: Phone, desk: FlaskClient) -> None:
    page = desk.get("/console/counter/")
    assert "未接入核心系统" in page.text
    code = shown(phone.send(phone.get("bind"), "bind/counter-code").text)
    assert post(desk, "/console/counter/", typed("ABCDEFGH")).status_code == 422
    assert post(desk, "/console/counter/", typed(code, number="379900199001011234")).status_code == 422
    assert post(desk, "/console/counter/", typed(code, "real_person")).status_code == 422, (
        "made for another purpose"
    )
    assert post(desk, "/console/counter/", typed(code)).status_code == 303
    assert post(desk, "/console/counter/", typed(code)).status_code == 422
    assert "柜台绑定" in phone.get("mine").text
    step = phone.get("step-up")
    code = shown(phone.send(step, "step-up/counter-code").text)
    other = post(desk, "/console/counter/", typed(code, "real_person", DEMO_PEOPLE[1].identity_number))
    assert other.status_code == 422
    assert post(desk, "/console/counter/", typed(code, "real_person")).status_code == 303
    assert "身份核验成功" in phone.follow(phone.send(step, "counter-done")).text


def test_a_clerk_of_another_centre_can_do_nothing_with_the_code(
    database: TestDatabase, phone: Phone, city: Centre
) -> None:
    code = shown(phone.send(phone.get("bind"), "bind/counter-code").text)
    stranger = client_for(database, person(database, city.id, "柜员戊", "clerk"))
    assert post(stranger, "/console/counter/", typed(code)).status_code == 422
