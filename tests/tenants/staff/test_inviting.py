"""A new person gets an account, a post without a role and a link; nobody gets a link to an account of somebody else."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import count
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from kernel.approvals import service as approvals
from kernel.db import utc_now
from kernel.identity.actor import Actor
from kernel.identity.models import Membership, RoleGrant
from kernel.identity.queries import actor_of_membership
from tenants.staff import errors, service
from tests.database import TestDatabase
from tests.identity.issuer.world import GOOD_PASSWORD
from tests.identity.sites import BASE, Site
from tests.people import person
from tests.web_client import COOKIE, cookie_of, post

_numbers = count(1)


@pytest.fixture
def site(database: TestDatabase) -> Site:
    return Site(database)


class Office:
    """A centre with a system officer in a browser."""

    def __init__(self, site: Site) -> None:
        self.site, self.id = site, site.database.open_centre(f"C71{next(_numbers):03d}")
        self.officer = person(site.database, self.id, "周系统", "system_officer")
        self.browser = browser_of(site, self.officer)

    def invite(self, username: str) -> TestResponse:
        typed = {"name_zh": "新来者", "username": username, "title_zh": "科员", "unit_id": ""}
        return post(self.browser, "/console/staff/invite", typed)

    def newcomer(self) -> Membership:
        with self.site.database.door().tenant_tx(
            self.site.database.scope(self.id), read_only=True
        ) as session:
            row = session.scalars(select(Membership).where(Membership.name_zh == "新来者")).one()
            session.expunge(row)
        return row


def browser_of(site: Site, actor: Actor) -> FlaskClient:
    client = site.app.test_client()
    client.set_cookie(COOKIE, cookie_of(site.database, actor))
    return client


def link_in(answer: TestResponse) -> str:
    found = re.search(r"(http[^<\s]+/invitations/[^<\s]+)", answer.get_data(as_text=True))
    assert found is not None
    return found.group(1).removeprefix(BASE)


def a_name() -> str:
    return f"newcomer{next(_numbers)}"


def redeem(site: Site, link: str, password: str = GOOD_PASSWORD) -> int:
    browser = site.browser()
    page = browser.open(link)
    return browser.submit(page, page.forms[0].action, password=password, repeated=password).status


def test_the_newcomer_sets_a_password_and_enters_a_post_without_a_role(site: Site) -> None:
    office, name = Office(site), a_name()
    answer = office.invite(name)
    assert answer.headers["Cache-Control"] == "no-store"
    assert redeem(site, link_in(answer)) == 200
    page = site.browser().sign_in(name, "/profile")

    assert "新来者" in page.text
    assert "没有岗位" in page.text


def test_a_link_is_good_once(site: Site) -> None:
    office = Office(site)
    link = link_in(office.invite(a_name()))
    assert redeem(site, link) == 200

    assert site.browser().open(link).forms == []


def test_another_link_voids_the_first_and_none_is_given_after_a_password(site: Site) -> None:
    office = Office(site)
    first = link_in(office.invite(a_name()))
    url = f"/console/staff/{office.newcomer().id}/invite"
    second = link_in(post(office.browser, url))
    assert site.browser().open(first).forms == []
    assert redeem(site, second) == 200

    assert post(office.browser, url).status_code == 409


def test_a_user_name_of_another_centre_gives_no_link(site: Site) -> None:
    one, other, name = Office(site), Office(site), a_name()
    one.invite(name)
    answer = other.invite(name.upper())
    assert answer.status_code == 422
    answer = other.invite(name)

    assert answer.status_code == 409
    assert "/invitations/" not in answer.get_data(as_text=True)
    assert post(other.browser, f"/console/staff/{one.newcomer().id}/invite").status_code == 404


def test_who_may_not_open_accounts_sees_no_form(site: Site) -> None:
    office = Office(site)
    editor = browser_of(site, person(site.database, office.id, "李编辑", "centre_editor"))

    assert editor.get("/console/staff/invite").status_code == 403
    assert post(editor, "/console/staff/invite", {"username": "x"}).status_code == 403


def test_a_role_that_ran_out_can_be_granted_again(site: Site) -> None:
    office = Office(site)
    admin = person(site.database, office.id, "赵管理", "centre_admin")
    security = person(site.database, office.id, "孙安全", "security_officer")
    late = person(site.database, office.id, "承建甲", "audit_officer")
    past = utc_now() - timedelta(days=1)
    with tx(site, office.id) as session:
        session.execute(
            update(RoleGrant).where(RoleGrant.membership_id == late.membership_id).values(valid_to=past)
        )
        session.audit("test.ran_out", "membership", late.membership_id, "测试到期")
    payload = {"membership_id": str(late.membership_id), "role": "system_officer", "valid_to": None}
    with tx(site, office.id) as session:
        change = approvals.propose(session, admin, service.GRANT.code, payload, "岗位调整")
        seen = (change.id, change.content_hash)
    with tx(site, office.id) as session:
        approvals.approve(session, security, *seen)
    with tx(site, office.id) as session:
        now = actor_of_membership(session, late.membership_id)

    assert now is not None
    assert now.roles == {"system_officer"}


def test_a_unit_with_people_is_not_closed(site: Site) -> None:
    office = Office(site)
    admin = person(site.database, office.id, "赵管理", "centre_admin")
    with tx(site, office.id) as session:
        used = service.add_unit(session, admin, "ZHB", "综合部", "department").id
    with tx(site, office.id) as session:
        empty = service.add_unit(session, admin, "KFB", "客服部", "department").id
    person(site.database, office.id, "钱经办", "clerk", unit_id=used)
    with pytest.raises(errors.UnitInUse), tx(site, office.id) as session:
        service.close_unit(session, admin, used)
    browser = browser_of(site, admin)

    assert post(browser, f"/console/staff/units/{empty}/close").status_code == 302
    assert browser.get(f"/console/staff/units/{empty}").status_code == 404
    assert "不能撤销" in browser.get(f"/console/staff/units/{used}").get_data(as_text=True)


def tx(site: Site, tenant: UUID):  # type: ignore[no-untyped-def]
    return site.database.door().tenant_tx(site.database.scope(tenant))
