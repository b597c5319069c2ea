"""Pages of indicators: the number, its days, its ledger; empty and thin data; the province's sums; the number of statements."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from acceptance.facts import service as facts
from acceptance.facts.seed import seed_history
from acceptance.facts.service import Fact, record_many
from acceptance.indicators import jobs, queries, service
from acceptance.indicators.policy import REGISTRY
from kernel.calendar import clock
from kernel.db.ids import uuid7
from kernel.db.roles import DbRole
from tests.acceptance.conftest import Site, statements
from tests.people import person
from tests.web_client import client_for


def browser(site: Site, tenant: UUID, role: str = "statistics_officer") -> FlaskClient:
    return client_for(site.database, person(site.database, tenant, "钱统计", role))


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def rate(site: Site, tenant: UUID, n: int, day: object = None) -> None:
    with site.inside(tenant) as session:
        record_many(
            session,
            [
                Fact("case.rated.satisfied", day or clock.today(), 1, {"channel": "app"}, uuid7())
                for _ in range(n)
            ],
        )


@pytest.fixture(scope="module")
def centre(site: Site) -> UUID:
    return site.centre("C95501")


def test_a_new_centre_sees_why_there_are_no_numbers(site: Site) -> None:
    tenant = site.centre("C95502", channels=False)
    page = words(browser(site, tenant).get("/console/indicators").text)
    assert "还没有用户评价" in page
    assert "数据不足" in page
    assert "尚未接入" in page
    assert "评估标准第" in page


def test_one_rating_is_shown_as_too_few_and_never_as_100_percent(site: Site) -> None:
    tenant = site.centre("C95503")
    rate(site, tenant, 1)
    client = browser(site, tenant)
    for address in ("/console/indicators", "/console/indicators/satisfaction"):
        page = words(client.get(address).text)
        assert "样本不足：现有 1 个，至少须有 50 个" in page
    assert "100%" not in words(client.get("/console/indicators/satisfaction").text).replace(
        "不显示百分比", ""
    )


def test_the_list_can_be_narrowed_to_a_state(site: Site, centre: UUID) -> None:
    client = browser(site, centre)
    only = words(client.get("/console/indicators?state=missing").text)
    assert "用户满意度" in only
    assert "服务事项线上开通率" not in only
    assert "没有这种状态的指标" in words(client.get("/console/indicators?state=nothing").text)


@pytest.mark.parametrize("code", REGISTRY)
def test_every_indicator_opens(site: Site, centre: UUID, code: str) -> None:
    found = REGISTRY[code]
    answer = browser(site, centre).get(f"/console/indicators/{code}")
    assert answer.status_code == (200 if "centre" in found.places else 404)
    if answer.status_code == 200:
        assert found.formula_zh in words(answer.text)
        assert found.source_hash in answer.text
        assert ("按日合计" in answer.text or "还没有数据" in answer.text) == bool(found.kinds)


def test_a_number_leads_to_its_days_and_to_the_rows_of_the_ledger(site: Site) -> None:
    tenant = site.centre("C95504")
    yesterday = clock.today() - timedelta(days=1)
    rate(site, tenant, 60)
    rate(site, tenant, 25, yesterday)
    client = browser(site, tenant)
    page = client.get("/console/indicators/satisfaction").text
    address = f"/console/indicators/satisfaction/ledger?day={yesterday.isoformat()}"
    assert address in page
    first = client.get(address).text
    assert first.count("按日合计") == 0
    assert len(re.findall(r"<code class=\"text-break\">", first)) == 40
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following
    second = client.get(following[1].replace("&amp;", "&")).text
    assert len(re.findall(r"<code class=\"text-break\">", second)) == 10
    assert "一致" in words(first)
    assert "不一致" not in words(first)


def test_a_row_that_is_gone_is_told_before_and_after_rebuilding(site: Site) -> None:
    tenant = site.centre("C95505")
    rate(site, tenant, 60)
    client, address = browser(site, tenant), f"/console/indicators/satisfaction/ledger?day={clock.today()}"
    with psycopg.connect(site.database.superuser_dsn) as connection:
        connection.execute(
            "delete from fact_event where id = (select id from fact_event where tenant_id = %s limit 1)",
            (tenant,),
        )
    told = words(client.get(address).text)
    assert "合计与台账不一致" in told
    assert "日合计 60，台账合计 59，相差 1" in told
    with site.inside(tenant) as session:
        facts.recompute_days(session, clock.today(), clock.today())
    after = words(client.get(address).text)
    assert "合计与台账不一致" not in after
    assert "重新汇总时的更正" in words(client.get("/console/indicators/satisfaction").text)
    assert "60 59" in words(client.get("/console/indicators/satisfaction").text)
    with site.inside(tenant, read_only=True) as session:
        assert service.compute(session, "satisfaction").value.sample == 59


def test_synthetic_history_is_called_so_and_has_no_ledger(site: Site) -> None:
    tenant = site.centre("C95506")
    with site.inside(tenant) as session:
        seed_history(session, site.database.province_id, "示例市", 300)
    client = browser(site, tenant)
    page = words(client.get("/console/indicators/success_rate").text)
    assert "演示数据" in page
    day = clock.today() - timedelta(days=3)
    ledger = words(client.get(f"/console/indicators/success_rate/ledger?day={day}").text)
    assert "这一天没有台账记录" in ledger
    assert "演示历史" in ledger
    assert "不一致" not in ledger


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/console/indicators/no-such", 404),
        ("/console/indicators/no-such/ledger?day=2026-11-01", 404),
        ("/console/indicators/satisfaction/ledger", 422),
        ("/console/indicators/satisfaction/ledger?day=gestern", 422),
        ("/console/indicators/online_item_share/ledger?day=2026-11-01", 404),
        ("/console/indicators/satisfaction/ledger?day=2026-11-01&cursor=x", 422),
        ("/console/indicators/subcentre_plugged_share", 200),
    ],
)
def test_addresses_that_lead_nowhere(site: Site, centre: UUID, address: str, status: int) -> None:
    assert browser(site, centre).get(address).status_code == status


def test_who_may_not_see_figures_is_refused(site: Site, centre: UUID) -> None:
    client = browser(site, centre, "centre_editor")
    for address in (
        "/console/indicators",
        "/console/indicators/satisfaction",
        "/console/province/indicators",
    ):
        assert client.get(address).status_code == 403


def test_results_go_up_to_the_province_and_nothing_else_does(site: Site) -> None:
    tenant, empty = site.centre("C95507"), site.centre("C95508", channels=False)
    rate(site, tenant, 60)
    for place in (tenant, empty):
        with site.inside(place) as session:
            jobs.hand_up(session, {"slot": "2026-11-24T18:00Z"})
    with site.inside() as session:
        jobs.hand_up(session, {"slot": "2026-11-24T18:00Z"})
    site.deliver()
    officer = browser(site, site.database.province_id, "province_officer")
    page = officer.get("/console/province/indicators?indicator=satisfaction").text
    assert "100%" in page
    assert page.count("数据不足") == 1
    with site.inside(read_only=True) as session:
        held = queries.of_body(session, tenant)
        assert len(held) == len([i for i in REGISTRY.values() if "centre" in i.places])
        assert queries.of_body(session, site.database.province_id) == []
    rate(site, tenant, 15)
    with site.inside(tenant) as session:
        service.hand_up(session, site.database.province_id)
    site.deliver()
    with site.inside(read_only=True) as session:
        assert len(queries.of_body(session, tenant)) == len(held)
        assert queries.handed_up(session, "satisfaction")[tenant].sample == 75


def test_the_provinces_reader_sees_results_and_no_row_behind_them(site: Site) -> None:
    scope = site.database.scope(site.database.province_id, DbRole.PROVINCE_READER)
    with site.database.door().tenant_tx(scope, read_only=True) as session:
        assert session.execute(text("select count(*) from centre_indicator")).scalar_one() > 0
    for table in ("fact_event", "service_case", "rating"):
        with (
            pytest.raises(Exception, match="permission denied|does not exist"),
            site.database.door().tenant_tx(scope, read_only=True) as session,
        ):
            session.execute(text(f"select count(*) from {table}"))


def test_an_unknown_indicator_of_the_province_shows_the_first(site: Site) -> None:
    officer = browser(site, site.database.province_id, "province_officer")
    page = words(officer.get("/console/province/indicators?indicator=%27").text)
    assert "服务事项线上开通率" in page


@pytest.mark.parametrize(
    "address", ["/console/indicators", "/console/indicators/satisfaction", "/console/province/indicators"]
)
def test_the_number_of_statements_does_not_grow_with_rows(site: Site, address: str) -> None:
    tenant = site.database.province_id if "province" in address else site.centre("C95509")
    client = browser(site, tenant, "province_officer" if "province" in address else "statistics_officer")
    assert client.get(address).status_code == 200
    with statements(site.database) as before:
        client.get(address)
    if "province" in address:
        for code in ("C95510", "C95511"):
            place = site.centre(code)
            with site.inside(place) as session:
                service.hand_up(session, tenant)
        site.deliver()
    else:
        for offset in range(30):
            rate(site, tenant, 3, clock.today() - timedelta(days=offset))
    with statements(site.database) as after:
        client.get(address)
    assert len(after) == len(before)
