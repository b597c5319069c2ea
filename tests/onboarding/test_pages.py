"""The province's pages, the way from an uploaded manifest to a verified city, and who may see them."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook

from kernel.identity.actor import Actor
from kernel.tenancy import tenants
from onboarding.provisioning import queries
from onboarding.provisioning.ports import Places
from onboarding.provisioning.service import approve_and_run, propose_city, run_to_end
from tests.console.page_checks import check_page
from tests.database import TestDatabase
from tests.onboarding.conftest import Manifest
from tests.onboarding.site import client_of, site
from tests.people import person
from tests.tenants.catalogue.site import statements

Make = Callable[..., Manifest]


@pytest.fixture(scope="module")
def app(database: TestDatabase) -> Flask:
    return site(database)


@pytest.fixture
def officer(app: Flask, database: TestDatabase, maker: Actor) -> FlaskClient:
    return client_of(app, database, maker)


@pytest.fixture
def second(app: Flask, database: TestDatabase, checker: Actor) -> FlaskClient:
    return client_of(app, database, checker)


def _post(client: FlaskClient, page: str, path: str, fields: dict[str, object]) -> object:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).text)
    assert token is not None
    return client.post(path, data={"csrf_token": token[1], **fields})


def _join(places: Places, maker: Actor, checker: Actor, given: Manifest) -> None:
    approve_and_run(places, propose_city(places, maker, given.body, given.signature, "申请入驻。"), checker)


def test_the_list_shows_every_body_with_figures_and_sources(
    officer: FlaskClient, manifest: Make, places: Places, maker: Actor, checker: Actor
) -> None:
    given = manifest(subs=1)
    _join(places, maker, checker, given)
    page = officer.get(f"/console/province?text=试验{given.number}市")
    assert page.status_code == 200
    check_page(page.text)
    assert "12.34" in page.text
    assert "试验数据，不是真实数据" in page.text
    assert "本演示未收录" in page.text
    assert page.text.index(given.code) < page.text.index(f"C{given.number:02d}201")


def test_filters_and_sorting_live_in_the_address(
    officer: FlaskClient, manifest: Make, places: Places, maker: Actor, checker: Actor
) -> None:
    given = manifest(subs=1, twin=False)
    _join(places, maker, checker, given)
    name = f"试验{given.number}市"
    subs = officer.get(f"/console/province?text={name}&kind=sub_centre").text
    assert f"/console/tenants/{given.code}" not in subs
    assert f"/console/tenants/C{given.number:02d}201" in subs
    assert officer.get("/console/province?text=没有这个名字").text.count("/console/tenants/") == 0
    assert officer.get("/console/province?sort=-depositors").status_code == 200


def test_the_number_of_statements_does_not_grow_with_the_list(
    officer: FlaskClient, manifest: Make, places: Places, maker: Actor, checker: Actor, database: TestDatabase
) -> None:
    officer.get("/console/province")
    with statements(database) as before:
        officer.get("/console/province")
    for _ in range(2):
        _join(places, maker, checker, manifest(subs=2, twin=False))
    with statements(database) as after:
        officer.get("/console/province")
    assert len(after) == len(before)


def test_the_spreadsheet_holds_the_same_rows_with_numbers_as_numbers(
    officer: FlaskClient, manifest: Make, places: Places, maker: Actor, checker: Actor
) -> None:
    given = manifest(subs=1, twin=False)
    _join(places, maker, checker, given)
    answer = officer.get(f"/console/province/export?text=试验{given.number}市")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows] == ["代码", given.code, f"C{given.number:02d}201"]
    assert rows[1][9] == 12.34
    assert rows[2][9] == "本演示未收录"
    assert "试验数据" in str(rows[1][14])


def test_the_page_of_a_body_says_how_it_joined(
    officer: FlaskClient, manifest: Make, places: Places, maker: Actor, checker: Actor
) -> None:
    given = manifest(subs=1)
    _join(places, maker, checker, given)
    page = officer.get(f"/console/tenants/{given.code}")
    check_page(page.text)
    for words in (
        "演示数据",
        "滨河管理部",
        "第1分中心",
        "已接入中心平台",
        "省甲、省乙",
        "逐项核验一致",
        "12.34",
    ):
        assert words in page.text
    assert officer.get("/console/tenants/C00001").status_code == 404


def test_from_the_upload_to_a_verified_city(
    officer: FlaskClient, second: FlaskClient, manifest: Make, places: Places
) -> None:
    given = manifest(subs=1)
    files = {
        "manifest": (io.BytesIO(given.body), "city.yaml"),
        "signature": (io.BytesIO(given.signature.text.encode()), "city.sig"),
    }
    plan = _post(officer, "/console/onboarding/", "/console/onboarding/plan", files)
    assert plan.status_code == 200  # type: ignore[attr-defined]
    check_page(plan.text)  # type: ignore[attr-defined]
    fields = {
        "manifest": given.body.decode().replace("\n", "\r\n"),
        "signature": given.signature.text,
        "reason": "材料齐全，同意申请。",
    }
    proposed = _post(officer, "/console/onboarding/", "/console/onboarding/propose", fields)
    assert proposed.status_code == 302  # type: ignore[attr-defined]
    where = proposed.headers["Location"]  # type: ignore[attr-defined]
    page = second.get(where)
    assert "密钥编号" in page.text
    seen = re.search(r'name="seen_hash" value="([^"]+)"', page.text)
    assert seen is not None
    approved = _post(second, where, f"{where}/approve", {"seen_hash": seen[1], "opinion": "同意。"})
    assert approved.status_code == 302  # type: ignore[attr-defined]
    with places.inside(places.province_id, read_only=True) as session:
        run = queries.open_run(session, given.code)
        assert run is not None
        run_id = run.id
    assert "待执行" in officer.get(f"/console/onboarding/runs/{run_id}").text
    run_to_end(places, run_id)
    done = officer.get(f"/console/onboarding/runs/{run_id}")
    check_page(done.text)
    assert "逐项核验一致" in done.text
    assert "待执行" not in officer.get(f"/console/onboarding/runs/{run_id}/progress").text
    check_page(officer.get("/console/onboarding/").text)


def test_a_wrong_manifest_is_answered_with_lines(officer: FlaskClient, manifest: Make) -> None:
    body = manifest().altered("roles: [centre_admin]", "roles: [king]").body
    answer = _post(
        officer,
        "/console/onboarding/",
        "/console/onboarding/plan",
        {"manifest": (io.BytesIO(body), "x.yaml")},
    )
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert "没有“king”这个角色" in answer.text  # type: ignore[attr-defined]
    nothing = _post(officer, "/console/onboarding/", "/console/onboarding/plan", {})
    assert nothing.status_code == 422  # type: ignore[attr-defined]


def test_the_interface_plans_and_follows(app: Flask, officer: FlaskClient, manifest: Make) -> None:
    given = manifest()
    token = re.search(r'name="csrf-token" content="([^"]+)"', officer.get("/console/onboarding/").text)
    assert token is not None
    headers = {"X-CSRF-Token": token[1]}
    plan = officer.post("/api/v1/onboarding/plans", json={"manifest": given.body.decode()}, headers=headers)
    assert plan.status_code == 200
    assert plan.json is not None
    assert plan.json["changes"] == len(plan.json["lines"]) > 10
    wrong = officer.post("/api/v1/onboarding/plans", json={"manifest": "version: 3"}, headers=headers)
    assert wrong.status_code == 422
    assert wrong.json is not None
    assert wrong.json["errors"][0]["line"] == 1
    absent = officer.get("/api/v1/onboarding/runs/00000000-0000-7000-8000-000000000000")
    assert absent.status_code == 404
    assert officer.get("/api/v1/bodies").status_code == 200


FOREIGN = ("/console/province", "/console/province/export", "/console/onboarding/", "/api/v1/bodies")


@pytest.mark.parametrize("path", FOREIGN)
def test_a_centre_sees_nothing_of_the_province(
    app: Flask,
    database: TestDatabase,
    manifest: Make,
    places: Places,
    maker: Actor,
    checker: Actor,
    path: str,
) -> None:
    given = manifest(subs=0, twin=False)
    _join(places, maker, checker, given)
    admin = person(database, _id(database, given.code), "甲一", "centre_admin")
    assert client_of(app, database, admin).get(path).status_code == 403
    assert client_of(app, database, admin).get(f"/console/tenants/{given.code}").status_code == 403


def _id(database: TestDatabase, code: str) -> UUID:
    found = tenants.by_code(database.door(), code)
    assert found is not None
    return found.id
