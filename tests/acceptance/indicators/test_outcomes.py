"""Numbers from rows: each indicator against rows that a test made, and 数据不足 wherever there are none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import psycopg
import pytest

from acceptance.facts.service import Fact, record_many
from acceptance.indicators import service
from acceptance.indicators.errors import IndicatorNotFound
from acceptance.indicators.policy import NotEnoughData, Value
from acceptance.indicators.service import Result
from acceptance.standards import queries as standards
from kernel.approvals import service as approvals
from kernel.calendar import clock
from kernel.db.ids import uuid7
from tenants.catalogue.seed import adopt
from tenants.channels import service as channels
from tenants.channels.seed import seed_channels
from tests.acceptance.conftest import Site
from tests.people import person


def compute(site: Site, tenant: UUID, code: str, on: date | None = None) -> Result:
    with site.inside(tenant, read_only=True) as session:
        return service.compute(session, code, on)


def amount(site: Site, tenant: UUID, code: str) -> Decimal:
    outcome = compute(site, tenant, code).outcome
    assert isinstance(outcome, Value), outcome
    return outcome.amount


def count(site: Site, tenant: UUID, kinds: Mapping[str, int], day: date | None = None, **dims: str) -> None:
    with site.inside(tenant) as session:
        record_many(session, [Fact(k, day or clock.today(), n, dims, uuid7()) for k, n in kinds.items()])


def test_a_new_centre_has_no_number_that_nobody_made(site: Site) -> None:
    tenant = site.centre("C95401", channels=False)
    with site.inside(tenant, read_only=True) as session:
        results = service.compute_all(session)
    told = {r.indicator.code for r in results if r.value is not None}
    inherited = {"catalogue_completeness", "published_item_share", "standard_item_coverage"}
    offered = {"basic_service_online_share", "internal_data_item_online_share", "online_item_share"}
    assert told == inherited | offered
    for result in results:
        if result.value is None:
            assert isinstance(result.outcome, NotEnoughData)
            assert result.outcome.reason_zh
            assert (result.met, result.points) == (None, None)


def test_nothing_is_online_without_channels(site: Site) -> None:
    tenant = site.centre("C95402", channels=False)
    assert amount(site, tenant, "online_item_share") == 0


def test_items_that_are_online_and_items_that_the_centre_took_away(site: Site) -> None:
    tenant = site.centre("C95403")
    assert amount(site, tenant, "published_item_share") == 100
    assert amount(site, tenant, "standard_item_coverage") == 100
    full = amount(site, tenant, "online_item_share")
    with site.inside(tenant) as session:
        kept = set(standards_codes(session)) - {"Q05", "W01"}
        adopt(session, kept)
        session.audit("test.seeded", "catalogue", "local", "测试")
    assert compute(site, tenant, "published_item_share").value.numerator == 57
    assert amount(site, tenant, "published_item_share") == Decimal("96.61")
    assert compute(site, tenant, "standard_item_coverage").value.sample == 61
    assert 0 < amount(site, tenant, "online_item_share") <= 100
    assert full > 0


def standards_codes(session: object) -> list[str]:
    from tenants.catalogue import queries

    return list(queries.in_force(session, clock.now()))


def test_a_closed_channel_takes_its_items_along(site: Site) -> None:
    tenant = site.centre("C95404", channels=False)
    assert isinstance(compute(site, tenant, "hall_person_item_share").outcome, NotEnoughData)
    with site.inside(tenant) as session:
        seed_channels(session, {"hall": False})
        session.audit("test.seeded", "channel", "*", "测试")
    assert amount(site, tenant, "hall_person_item_share") == 0
    assert amount(site, tenant, "hall_employer_item_share") == 0


def test_thresholds_limits_owners_and_gaps_of_channels(site: Site) -> None:
    tenant = site.centre("C95405", channels=False)
    with site.inside(tenant) as session:
        limits = {"single_min_fen": 1, "single_max_fen": 100, "day_max_fen": 200}
        both = {"visits_threshold": 10, "business_threshold": 10}
        seed_channels(
            session,
            {
                "hall": {"open": True, "owner_zh": "信息科", **limits, **both},
                "app": {"open": True, "visits_threshold": 10},
                "wechat": {"open": False},
                "counter": {"open": True},
            },
        )
        session.audit("test.seeded", "channel", "*", "测试")
    assert amount(site, tenant, "channel_threshold_coverage") == 50
    assert amount(site, tenant, "interface_registry_completeness") == Decimal("33.33")
    assert 0 < amount(site, tenant, "transaction_limit_coverage") < 100
    assert amount(site, tenant, "channels_open_share") == Decimal("66.67")
    gap = compute(site, tenant, "channel_registration_gap")
    assert gap.alarming
    assert "自助终端" in gap.value.note_zh
    closed = compute(site, tenant, "widely_used_channel_closed_count")
    assert (closed.value.amount, closed.value.note_zh, closed.alarming) == (1, "官方微信", True)
    assert closed.points is None


def test_four_eyes_are_counted_from_the_rows_that_took_effect(site: Site) -> None:
    tenant = site.centre("C95406")
    maker = person(site.database, tenant, "李编辑", "centre_editor")
    checker = person(site.database, tenant, "王审核", "centre_approver")
    assert compute(site, tenant, "maker_checker_coverage").value is None
    with site.inside(tenant) as session:
        payload = {"channel": "app", "item_code": "W02", "open": False, "start": None, "end": None}
        change = approvals.propose(session, maker, channels.SWITCH_ITEM.code, payload, "业务需要")
        change_id, seen = change.id, change.content_hash
    with site.inside(tenant) as session:
        approvals.approve(session, checker, change_id, seen)
    assert amount(site, tenant, "maker_checker_coverage") == 100
    with psycopg.connect(site.database.superuser_dsn) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute(
            "insert into item_switch (tenant_id, id, item_code, channel, open, effective_from, change_id, published_at)"
            " values (%s, uuidv7(), 'W02', 'app', true, now(), uuidv7(), now())",
            (tenant,),
        )
    assert amount(site, tenant, "maker_checker_coverage") == 50


def test_officers_and_exclusive_roles(site: Site) -> None:
    tenant = site.centre("C95407", channels=False)
    assert compute(site, tenant, "role_separation_conflict_count").value is None
    for name, role in (("系统", "system_officer"), ("安全", "security_officer")):
        person(site.database, tenant, name, role)
    assert amount(site, tenant, "role_separation_conflict_count") == 0
    assert amount(site, tenant, "officer_posts_separated") == 2
    person(site.database, tenant, "审计", "audit_officer")
    person(site.database, tenant, "兼任", "centre_editor", "centre_approver")
    assert amount(site, tenant, "officer_posts_separated") == 3
    assert amount(site, tenant, "role_separation_conflict_count") == 1
    assert compute(site, tenant, "role_separation_conflict_count").met is False


def test_a_young_log_is_not_short_and_not_long_enough(site: Site) -> None:
    tenant = site.centre("C95408")
    outcome = compute(site, tenant, "log_retention_months").outcome
    assert isinstance(outcome, NotEnoughData)
    assert "完整留存" in outcome.reason_zh
    later = clock.today() + timedelta(days=250)
    assert compute(site, tenant, "log_retention_months", later).value.amount >= 7


def test_a_log_without_a_checkpoint_is_not_verified(site: Site) -> None:
    tenant = site.centre("C95409")
    assert compute(site, tenant, "audit_chain_verified").value is None


def test_sub_centres_that_joined(site: Site) -> None:
    tenant = site.centre("C95410", channels=False)
    assert compute(site, tenant, "subcentre_plugged_share").value is None
    site.database.open_centre("C95411", "示例油田分中心", parent=tenant)
    assert amount(site, tenant, "subcentre_plugged_share") == 100


def test_satisfaction_counts_the_first_three_of_five_grades(site: Site) -> None:
    tenant = site.centre("C95412", channels=False)
    count(site, tenant, {"case.rated.very_satisfied": 1}, channel="app")
    small = compute(site, tenant, "satisfaction")
    assert small.value is None
    assert small.outcome.reason_zh.startswith("样本不足：现有 1 个")
    count(
        site,
        tenant,
        {"case.rated.satisfied": 40, "case.rated.basically": 6, "case.rated.dissatisfied": 2},
        channel="app",
    )
    count(site, tenant, {"case.rated.very_dissatisfied": 1}, channel="hall")
    found = compute(site, tenant, "satisfaction")
    assert (found.value.amount, found.value.numerator, found.value.sample) == (Decimal("94.00"), 47, 50)
    assert found.met is False
    assert found.points == 0


def test_what_lies_outside_the_window_does_not_count(site: Site) -> None:
    tenant = site.centre("C95413", channels=False)
    old = clock.today() - timedelta(days=100)
    count(site, tenant, {"work_order.due": 100, "work_order.answered_on_time": 100}, old)
    assert compute(site, tenant, "work_order_on_time_rate").value is None
    count(site, tenant, {"work_order.due": 20, "work_order.answered_on_time": 19})
    found = compute(site, tenant, "work_order_on_time_rate")
    assert (found.value.amount, found.met, found.points) == (95, True, Decimal(1))
    before = compute(site, tenant, "work_order_on_time_rate", old)
    assert before.value.amount == 100


def test_shares_of_cases_messages_and_accounts(site: Site) -> None:
    tenant = site.centre("C95414")
    count(
        site, tenant, {"case.decided": 40, "case.decided_automatically": 30}, channel="app", business="提取"
    )
    count(site, tenant, {"case.decided": 60}, channel="app", business="贷款")
    count(site, tenant, {"case.decided_on_time": 99}, channel="app")
    count(
        site,
        tenant,
        {"sms.submitted": 200, "sms.delivered": 190, "sms.failed": 6, "sms.unknown": 4},
        category="otp",
    )
    count(site, tenant, {"sms.submitted": 1}, category="notice")
    count(
        site,
        tenant,
        {"account.registered": 10, "account.self_registered": 9},
        channel="hall",
        subject="employer",
    )
    count(site, tenant, {"account.registered": 50}, channel="app", subject="person")
    count(
        site, tenant, {"account.logged_in": 40, "account.notice_shown": 40}, channel="app", subject="person"
    )
    wanted = {
        "automatic_review_share": 75,
        "case_on_time_rate": 99,
        "sms_delivery_success_rate": 95,
        "sms_category_used_count": 2,
        "employer_self_registration_share": 90,
        "login_notice_coverage": 100,
    }
    assert {code: amount(site, tenant, code) for code in wanted} == wanted


def test_months_are_whole_months(site: Site) -> None:
    tenant = site.centre("C95415")
    this = clock.today().replace(day=1)
    count(site, tenant, {"requests": 5}, clock.today(), channel="kiosk")
    assert compute(site, tenant, "kiosk_transaction_count").value is None
    count(site, tenant, {"requests": 5}, this - timedelta(days=1), channel="kiosk")
    count(site, tenant, {"case.submitted": 5}, this - timedelta(days=40), channel="kiosk")
    assert amount(site, tenant, "kiosk_transaction_count") == 2
    count(site, tenant, {"sms.submitted": 5}, this - timedelta(days=1), category="otp")
    assert amount(site, tenant, "sms_provincial_route_active") == 1


def test_synthetic_history_says_so(site: Site) -> None:
    from acceptance.facts.seed import seed_history

    tenant = site.centre("C95416")
    with site.inside(tenant) as session:
        seed_history(session, site.database.province_id, "示例市", 500)
    with site.inside(tenant, read_only=True) as session:
        results = {r.indicator.code: r for r in service.compute_all(session)}
    synthetic = {code for code, r in results.items() if r.outcome.synthetic}
    assert {"success_rate", "channel_visits", "channel_monitoring_completeness"} <= synthetic
    assert "online_item_share" not in synthetic
    assert 90 < results["success_rate"].value.amount < 100
    found = results["guide_indicator_completeness"]
    assert found.value.amount == 3
    assert "用户满意度" in found.value.note_zh
    assert found.points == Decimal("0.55")


def test_a_channel_that_is_not_measured_every_day_is_incomplete(site: Site) -> None:
    tenant = site.centre("C95417")
    count(site, tenant, {"visits": 3, "requests": 1}, channel="app")
    count(site, tenant, {"visits": 3}, channel="hall")
    found = compute(site, tenant, "channel_monitoring_completeness")
    assert found.value.numerator == 1
    assert found.value.amount < 1


def test_the_province_has_indicators_of_its_own(site: Site) -> None:
    province = site.database.province_id
    with site.inside(read_only=True) as session:
        codes = {r.indicator.code for r in service.compute_all(session)}
    assert "subcentre_plugged_share" in codes
    assert "satisfaction" not in codes
    with pytest.raises(IndicatorNotFound):
        compute(site, province, "satisfaction")
    with pytest.raises(IndicatorNotFound):
        compute(site, province, "no_such_thing")


def test_results_carry_the_check_point_of_the_standard_in_force(site: Site) -> None:
    tenant = site.centre("C95418")
    with site.inside(tenant, read_only=True) as session:
        results = service.compute_all(session)
        standard = standards.standard_in_force(session)
        missing = service.missing_checks(standard)
        decided = {r.check.key for r in results if r.check is not None}
        assert {r.indicator.code: r.check.key for r in results if r.check} == {
            r.indicator.code: r.indicator.checkpoint for r in results if r.indicator.checkpoint and not r.veto
        }
        assert len(decided) + len(missing) == len([c for c in standard.checks if c.indicator])


def test_the_number_of_statements_does_not_grow_with_rows(site: Site) -> None:
    from tests.acceptance.conftest import statements

    tenant = site.centre("C95419")

    def measured() -> int:
        with statements(site.database) as seen, site.inside(tenant, read_only=True) as session:
            service.compute_all(session)
        return len(seen)

    before = measured()
    for offset in range(40):
        day = clock.today() - timedelta(days=offset)
        count(site, tenant, {"case.decided": 3, "case.decided_on_time": 3, "visits": 9}, day, channel="app")
    assert measured() == before
    assert before < 60
