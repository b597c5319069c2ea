"""Binding: the core system or the counter vouches; several centres, none of which learns of another; the real person."""

from __future__ import annotations

from uuid import UUID

import psycopg
import pytest
from psycopg import sql

from kernel.crypto.secret import Secret
from kernel.db.roles import DbRole, Login
from kernel.db.signing import ContextSigner
from kernel.events.bus import subscriptions
from shared_channels.accounts import queries
from shared_channels.accounts.entering import citizens
from shared_channels.accounts.errors import CounterCodeRefused, StepUpNeeded
from shared_channels.accounts.service import binding
from tenants.core_system.adapters.demo_people import DEMO_PEOPLE, DemoPerson
from tests.database import KEY, TestDatabase
from tests.people import person
from tests.shared_channels.accounts.conftest import Centre
from tests.shared_channels.accounts.phone import Phone, phone_of
from tests.shared_channels.accounts.world import Codes

_people = iter(DEMO_PEOPLE)


@pytest.fixture
def somebody() -> DemoPerson:
    """A depositor whom no other test has bound."""
    return next(_people)


@pytest.fixture
def phone(database: TestDatabase, codes: Codes, city: Centre, patient: None) -> Phone:
    found = phone_of(database, codes, city.code)
    found.register()
    return found


def typed(who: DemoPerson, **other: str) -> dict[str, str]:
    return {"name": who.name, "identity_number": who.identity_number, "card": ""} | other


def account_of(database: TestDatabase, phone: Phone) -> tuple[UUID, UUID]:
    with database.door().tenant_tx(database.scope(), read_only=True) as session:
        found = queries.signed_in(session, phone.browser.get_cookie("gjj_citizen").value)
    assert found is not None
    return found.account_id, found.session_id


def test_name_and_number_bind_the_depositor(phone: Phone, somebody: DemoPerson) -> None:
    page = phone.get("bind")
    assert "演示" in page.text
    page = phone.follow(phone.send(page, "/bind", typed(somebody)))
    assert "绑定成功" in page.text
    assert "实名认证" in page.text
    assert somebody.name not in page.text
    assert somebody.name[0] + "*" in page.text
    assert phone.get("bind").status_code == 303, "there is nothing left to bind"


@pytest.mark.parametrize(
    "mistake",
    [
        {"name": "张三丰"},
        {"identity_number": DEMO_PEOPLE[-1].identity_number},
        {"card": "6222020000000000001"},
    ],
    ids=["name", "number", "card"],
)
def test_what_did_not_agree_is_not_told(phone: Phone, mistake: dict[str, str]) -> None:
    answer = phone.send(phone.get("bind"), "/bind", typed(DEMO_PEOPLE[0], **mistake))
    assert answer.status_code == 422
    assert "没有核对上您的身份信息" in answer.text


def test_five_attempts_a_day(phone: Phone) -> None:
    page, wrong = phone.get("bind"), typed(DEMO_PEOPLE[0], name="张三丰")
    statuses = [phone.send(page, "/bind", wrong).status_code for _ in range(7)]
    assert statuses == [422] * 5 + [429] * 2
    assert phone.send(page, "/bind", typed(DEMO_PEOPLE[0])).status_code == 429, "the right one comes too late"


def test_a_depositor_is_bound_to_one_account_only(
    database: TestDatabase, codes: Codes, phone: Phone, somebody: DemoPerson
) -> None:
    phone.send(phone.get("bind"), "/bind", typed(somebody))
    second = phone_of(database, codes, phone.centre)
    second.register()
    answer = second.send(second.get("bind"), "/bind", typed(somebody))
    assert answer.status_code == 409
    assert "已经绑定了另一个手机号码" in answer.text


def test_a_person_of_two_centres_sees_both_and_neither_sees_the_other(
    database: TestDatabase, phone: Phone, somebody: DemoPerson, city: Centre, town: Centre
) -> None:
    phone.send(phone.get("bind"), "/bind", typed(somebody))
    phone.centre = town.code
    assert "去绑定" in phone.get("mine").text
    page = phone.follow(phone.send(phone.get("bind"), "/bind", typed(somebody)))
    names = ("示例市住房公积金管理中心", "样板市住房公积金管理中心")
    assert all(name in page.text for name in names)
    account, _ = account_of(database, phone)
    for mine, other in ((city, town), (town, city)):
        with psycopg.connect(database.dsn(Login.WEB)) as raw:
            _as(raw, mine.id, DbRole.APP, "system:attack")
            seen = raw.execute(
                "select tenant_id from account_binding where account_id = %s", (account,)
            ).fetchall()
            assert seen == [(mine.id,)]
            for table in ("account", "account_place", "account_session", "account_consent", "channel_link"):
                query = sql.SQL("select count(*) from {}").format(sql.Identifier(table))
                assert raw.execute(query).fetchone() == (0,), table
        assert other.id != mine.id


def _as(raw: psycopg.Connection, tenant: UUID, role: DbRole, subject: str) -> None:
    class Claimed:
        tenant_id = tenant

    Claimed.role, Claimed.subject = str(role), subject  # type: ignore[attr-defined]
    context = ContextSigner("test", KEY, 40).sign(Claimed(), raw.info.backend_pid)  # type: ignore[arg-type]
    raw.execute("select set_config('role', %s, true), set_config('app.ctx', %s, true)", (str(role), context))


CITIZEN_TABLES = {
    "province": ("account", "account_consent", "account_session", "account_place"),
    "centre": ("account_binding", "account_counter_code"),
}
COLUMN = {"account": "id"}


def test_a_citizen_who_may_send_any_sql_sees_the_own_rows_and_changes_none(
    database: TestDatabase, codes: Codes, phone: Phone, city: Centre
) -> None:
    other = phone_of(database, codes, city.code)
    other.register()
    for one, who in ((phone, DEMO_PEOPLE[-1]), (other, DEMO_PEOPLE[-2])):
        one.send(one.get("bind"), "bind/counter-code")
        one.send(one.get("bind"), "/bind", typed(who))
    mine, (theirs, _) = account_of(database, phone)[0], account_of(database, other)
    with psycopg.connect(database.dsn(Login.WEB)) as raw:
        for place, tables in CITIZEN_TABLES.items():
            tenant = database.province_id if place == "province" else city.id
            for table in tables:
                _attack(raw, tenant, table, mine, theirs)


def _attack(raw: psycopg.Connection, tenant: UUID, table: str, mine: UUID, theirs: UUID) -> None:
    column = sql.Identifier(COLUMN.get(table, "account_id"))
    name = sql.Identifier(table)
    _as(raw, tenant, DbRole.CITIZEN, str(mine))
    seen = raw.execute(sql.SQL("select {} from {}").format(column, name)).fetchall()
    assert {row[0] for row in seen} == {mine}, table
    raw.rollback()
    for statement in (
        "update {t} set {c} = {c}",
        "delete from {t}",
        "insert into {t} (tenant_id, id) values ({tenant}, uuidv7())",
        "select set_config('app.ctx', replace(current_setting('app.ctx'), {mine}, {theirs}), true)",
    ):
        _as(raw, tenant, DbRole.CITIZEN, str(mine))
        composed = sql.SQL(statement).format(
            t=name,
            c=column,
            tenant=sql.Literal(tenant),
            mine=sql.Literal(str(mine)),
            theirs=sql.Literal(str(theirs)),
        )
        state = _outcome(raw, composed)
        if "set_config" not in statement:
            assert state == "42501", (table, statement)
        else:
            look = sql.SQL("select 1 from {} where {} = {}").format(name, column, sql.Literal(theirs))
            assert _outcome(raw, look) != "rows", (table, "another account by a changed context")
        raw.rollback()


def _outcome(raw: psycopg.Connection, statement: sql.Composed) -> str:
    """The SQLSTATE of a refusal, else whether there were rows."""
    try:
        cursor = raw.execute(statement)
    except psycopg.Error as error:
        return str(error.sqlstate)
    return "rows" if cursor.description is not None and cursor.fetchall() else "nothing"


def test_without_a_core_system_the_counter_binds(
    database: TestDatabase, codes: Codes, island: Centre, patient: None
) -> None:
    phone = phone_of(database, codes, island.code)
    phone.register()
    page = phone.get("bind")
    assert "未接入核心系统" in page.text
    refused = phone.browser.post(f"/m/{island.code}/bind", data=typed(DEMO_PEOPLE[0]) | _token(page.text))
    assert refused.status_code == 409
    shown = phone.send(page, "bind/counter-code").text.split('h-state-title">')[1].split("<")[0]
    clerk = person(database, island.id, "柜员甲", "clerk")
    who = binding.Identity(Secret(DEMO_PEOPLE[0].identity_number), Secret(DEMO_PEOPLE[0].name))
    with database.door().tenant_tx(database.scope(island.id)) as session:
        bound = binding.bind_at_counter(session, clerk, Secret(shown.lower()), who)
        assert bound.proven_by == "counter"
        told = queries.core_ref_of(session, bound)
        assert told.startswith("X")
        assert DEMO_PEOPLE[0].identity_number not in told
    with pytest.raises(CounterCodeRefused), database.door().tenant_tx(database.scope(island.id)) as session:
        binding.bind_at_counter(session, clerk, Secret(shown), who)
    assert "柜台绑定" in phone.get("mine").text


def _token(html: str) -> dict[str, str]:
    return {"csrf_token": html.split('name="csrf_token" value="')[1].split('"')[0]}


def test_at_the_counter_a_depositor_moves_to_a_new_number(
    database: TestDatabase, codes: Codes, phone: Phone, somebody: DemoPerson, city: Centre
) -> None:
    phone.send(phone.get("bind"), "/bind", typed(somebody))
    new = phone_of(database, codes, city.code)
    new.register()
    shown = new.send(new.get("bind"), "bind/counter-code").text.split('h-state-title">')[1].split("<")[0]
    clerk = person(database, city.id, "柜员乙", "clerk")
    who = binding.Identity(Secret(somebody.identity_number), Secret(somebody.name))
    with database.door().tenant_tx(database.scope(city.id)) as session:
        binding.bind_at_counter(session, clerk, Secret(shown), who)
    assert "实名认证" in new.get("mine").text
    assert "去绑定" in phone.get("mine").text


def test_the_real_person_is_asked_for_and_face_is_not_the_only_way(
    phone: Phone, somebody: DemoPerson
) -> None:
    assert phone.get("step-up").location.endswith("/bind?next=/m/" + phone.centre + "/step-up")
    phone.send(phone.get("bind"), "/bind", typed(somebody))
    page = phone.get("step-up")
    for way in ("刷脸核验", "国家网络身份认证", "服务网点当面核验"):
        assert way in page.text
    after = phone.follow(phone.send(page, "step-up/phone", {"evidence": "absent"}))
    assert "没有核验成功" in after.text
    assert "实名认证" in phone.get("mine").text
    assert "实人认证" in _level(phone.follow(phone.send(page, "step-up/phone", {"evidence": "present"})).text)


def _level(page: str) -> str:
    return page.split("认证程度</dt><dd>")[1].split("<")[0]


def test_the_counter_proves_the_real_person(
    database: TestDatabase, phone: Phone, somebody: DemoPerson, city: Centre
) -> None:
    phone.send(phone.get("bind"), "/bind", typed(somebody))
    page = phone.get("step-up")
    shown = phone.send(page, "step-up/counter-code").text.split('h-state-title">')[1].split("<")[0]
    assert "还没有收到网点的核验结果" in phone.follow(phone.send(page, "counter-done")).text
    clerk = person(database, city.id, "柜员丙", "clerk")
    other = next(p for p in DEMO_PEOPLE if p.identity_number != somebody.identity_number)
    with pytest.raises(CounterCodeRefused), database.door().tenant_tx(database.scope(city.id)) as session:
        binding.prove_at_counter(session, clerk, Secret(shown), Secret(other.identity_number))
    with database.door().tenant_tx(database.scope(city.id)) as session:
        binding.prove_at_counter(session, clerk, Secret(shown), Secret(somebody.identity_number))
    assert _level(phone.follow(phone.send(page, "counter-done")).text) == "实人认证"


def test_a_proof_of_one_binding_is_none_of_another(phone: Phone, city: Centre, town: Centre) -> None:
    first, second = DEMO_PEOPLE[-3], DEMO_PEOPLE[-4]
    phone.send(phone.get("bind"), "/bind", typed(first))
    phone.send(phone.get("step-up"), "step-up/phone", {"evidence": "present"})
    assert _level(phone.get("mine").text) == "实人认证"
    phone.centre = town.code
    phone.send(phone.get("bind"), "/bind", typed(second))
    assert _level(phone.get("mine").text) == "实名认证"


def test_who_gives_a_binding_up_is_out_of_the_centre(phone: Phone, somebody: DemoPerson) -> None:
    phone.send(phone.get("bind"), "/bind", typed(somebody))
    page = phone.follow(phone.send(phone.get("mine"), "/unbind"))
    assert "已解除与" in page.text
    assert "去绑定" in page.text
    assert "绑定成功" in phone.follow(phone.send(phone.get("bind"), "/bind", typed(somebody))).text


def test_enter_citizen_gives_who_it_is(
    database: TestDatabase, phone: Phone, somebody: DemoPerson, city: Centre
) -> None:
    phone.send(phone.get("bind"), "/bind", typed(somebody))
    cookie = phone.browser.get_cookie("gjj_citizen").value
    with phone.browser.application.test_request_context("/m/x", headers={"Cookie": f"gjj_citizen={cookie}"}):
        found = citizens.enter_citizen(city.code)
        assert (found.person_ref, found.level, found.channel) == (somebody.ref, 2, "h5")
        assert found.name == Secret(somebody.name)
        assert str(found.phone).startswith("160****")
        citizens.need_level(found, "L2")
        for level in ("L3", "C", "U2"):
            with pytest.raises(StepUpNeeded):
                citizens.need_level(found, level)


def test_the_province_hears_of_bindings() -> None:
    names = [name for name in subscriptions if name.startswith("shared_channels.accounts.jobs.")]
    assert sorted(names) == [
        "shared_channels.accounts.jobs.drop_place",
        "shared_channels.accounts.jobs.keep_place",
    ]
