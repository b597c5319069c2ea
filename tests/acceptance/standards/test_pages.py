"""Pages of the standard: everybody of the line reads it, two people of the province change it."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from acceptance.standards import queries
from kernel.approvals import service as approvals
from kernel.calendar import clock
from kernel.identity.actor import Actor
from tests.acceptance.conftest import Site, statements
from tests.people import person
from tests.web_client import client_for, post


@pytest.fixture(scope="module")
def maker(site: Site) -> Actor:
    return person(site.database, site.database.province_id, "吴制定", "province_officer")


@pytest.fixture(scope="module")
def officer(site: Site, maker: Actor) -> FlaskClient:
    person(site.database, site.database.province_id, "郑复核", "province_officer")
    return client_for(site.database, maker)


@pytest.fixture(scope="module")
def centre(site: Site) -> UUID:
    return site.centre("C95151", channels=False)


def first_version(site: Site) -> UUID:
    with site.inside(read_only=True) as session:
        return min(session.scalars(queries.versions(session)), key=lambda v: v.number).id


def newest_version(site: Site) -> UUID:
    with site.inside(read_only=True) as session:
        return queries.newest(session).id


def test_a_centre_reads_every_item_check_point_and_veto(site: Site, centre: UUID) -> None:
    client = client_for(site.database, person(site.database, centre, "孙管理", "centre_admin"))
    address = f"/console/standards/{first_version(site)}"
    assert address in client.get("/console/standards/").text
    page = client.get(address).text
    for word in (
        "A01.1",
        "F25.1",
        "V9",
        "工作指引第 20 项",
        "实测",
        "报送",
        "测试记录",
        "功能",
        "使用",
        "组织",
        "本平台默认",
    ):
        assert word in page
    assert len(re.findall(r'<tr id="[A-F]\d\d\.\d+">', page)) == 110
    assert "/console/standards/draft/" not in page


@pytest.mark.parametrize("role", ["centre_admin", "expert"])
def test_who_is_not_of_the_desk_writes_nothing(site: Site, centre: UUID, role: str) -> None:
    tenant = centre if role == "centre_admin" else site.database.province_id
    client = client_for(site.database, person(site.database, tenant, "他人", role))
    assert client.get("/console/standards/draft").status_code == 403
    assert post(client, "/console/standards/draft/A01/1", {"points": "2"}).status_code == 403


def test_a_version_goes_from_the_form_to_the_second_person(
    site: Site, officer: FlaskClient, maker: Actor
) -> None:
    assert officer.get("/console/standards/draft").status_code == 404
    newest = f"/console/standards/{newest_version(site)}"
    assert "/console/standards/draft/A01/1" in officer.get(newest).text
    form = officer.get("/console/standards/draft/A01/1").text
    assert 'name="points" type="text" value="' in form
    values = {n: _value(form, n) for n in ("points", "threshold", "threshold_zh", "check_zh", "method_zh")}
    higher = str(float(values["points"]) + 0.5)
    assert post(officer, "/console/standards/draft/A01/1", values | {"points": higher}).status_code == 302
    halfway = officer.get("/console/standards/draft").text
    assert "须为 100 分" in halfway
    assert "提交审批" not in halfway
    form = officer.get("/console/standards/draft/A01/3").text
    values = {n: _value(form, n) for n in ("points", "threshold", "threshold_zh", "check_zh", "method_zh")}
    lower = str(float(values["points"]) - 0.5)
    assert post(officer, "/console/standards/draft/A01/3", values | {"points": lower}).status_code == 302
    day = (clock.today() + timedelta(days=4000)).isoformat()
    ready = officer.get(f"/console/standards/draft?effective_on={day}").text
    assert "A01.1 分值" in ready
    assert f'name="effective_on" value="{day}"' in ready
    assert "已启动的自评与验收沿用启动时的版本" in ready
    no_reason = post(officer, "/console/standards/draft", {"effective_on": day, "reason": " "})
    assert (no_reason.status_code, "请填写申请事由" in no_reason.text) == (422, True)
    sent = post(officer, "/console/standards/draft", {"effective_on": day, "reason": "调整知识库分值"})
    assert sent.status_code == 302
    with site.inside() as session:
        approvals.withdraw(session, maker, UUID(sent.headers["Location"].rpartition("/")[2]))
    assert post(officer, "/console/standards/draft/discard").status_code == 302


@pytest.mark.parametrize(
    ("address", "data", "status"),
    [
        ("/console/standards/draft/A01/1", {"points": "x", "threshold": "100"}, 422),
        (
            "/console/standards/draft/A02/1",
            {"points": "1", "threshold": "5", "threshold_zh": "a", "check_zh": "b", "method_zh": "c"},
            422,
        ),
        ("/console/standards/draft/A01/99", {"points": "1"}, 404),
        ("/console/standards/draft/%27/1", {"points": "1"}, 404),
        ("/console/standards/draft", {"effective_on": "morgen"}, 404),
        ("/console/standards/draft/discard", {}, 404),
    ],
)
def test_what_makes_no_sense_is_refused(
    officer: FlaskClient, address: str, data: dict[str, str], status: int
) -> None:
    assert post(officer, address, data).status_code == status


def test_a_draft_with_an_early_day_says_so(site: Site, officer: FlaskClient) -> None:
    form = officer.get("/console/standards/draft/A01/1").text
    values = {n: _value(form, n) for n in ("points", "threshold", "threshold_zh", "check_zh")}
    post(officer, "/console/standards/draft/A01/1", values | {"method_zh": "另一种测评方法"})
    page = officer.get("/console/standards/draft?effective_on=2020-01-01")
    assert page.status_code == 200
    assert "生效日期不能早于今天" in page.text
    answer = post(officer, "/console/standards/draft", {"effective_on": "2020-01-01", "reason": "试试"})
    assert (answer.status_code, "生效日期不能早于今天" in answer.text) == (422, True)
    assert post(officer, "/console/standards/draft/discard").status_code == 302


def test_the_number_of_statements_of_a_version_is_small(site: Site, officer: FlaskClient) -> None:
    address = f"/console/standards/{first_version(site)}"
    assert officer.get(address).status_code == 200
    with statements(site.database) as seen:
        officer.get(address)
    with statements(site.database) as listed:
        officer.get("/console/standards/")
    assert len(seen) < 20
    assert len(listed) < 20


def _value(html: str, name: str) -> str:
    import html as entities

    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', html)
    if found is None:
        found = re.search(rf'name="{name}"[^>]*>\n([^<]*)</textarea>', html)
    assert found is not None, name
    return entities.unescape(found[1])
