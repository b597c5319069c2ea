"""An account is reset by two officers together, never by one, never by the person concerned, never over another body's head."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from kernel.approvals import errors as approval_errors
from kernel.approvals import service as approvals
from kernel.db import utc_now
from kernel.errors import Forbidden
from kernel.identity.actor import Actor
from kernel.identity.models import Membership, MembershipState
from tests.database import TestDatabase
from tests.identity.issuer.world import GOOD_PASSWORD
from tests.identity.sites import Site
from tests.people import person
from tests.tenants.staff.test_inviting import browser_of, link_in, redeem, tx
from tests.web_client import post

NEW_PASSWORD = "Qiu-tian-2027-xin"
_numbers = count(1)


class Office:
    """A centre with two officers and somebody who forgot the password."""

    def __init__(self, database: TestDatabase) -> None:
        self.site = Site(database)
        number = next(_numbers)
        self.id, self.username = database.open_centre(f"C72{number:03d}"), f"forgetful{number}"
        self.account = self.site.account(self.username)
        self.system = person(database, self.id, "周系统", "system_officer")
        self.security = person(database, self.id, "孙安全", "security_officer")
        self.clerk = person(database, self.id, "钱经办", "clerk", person_id=self.account)
        self.page = f"/console/staff/{self.clerk.membership_id}"

    def browser(self, actor: Actor) -> FlaskClient:
        return browser_of(self.site, actor)

    def propose(self, maker: Actor | None = None, reason: str = "更换手机，本人当面申请。") -> TestResponse:
        return post(self.browser(maker or self.system), f"{self.page}/reset", {"reason": reason})

    def change(self) -> tuple[UUID, bytes]:
        with tx(self.site, self.id) as session:
            found = session.execute(
                text("select id, content_hash from change_request order by id desc limit 1")
            ).one()
            return found[0], bytes(found[1])

    def approve(self, checker: Actor | None = None) -> None:
        change = self.change()
        with tx(self.site, self.id) as session:
            approvals.approve(session, checker or self.security, *change)

    def link(self, officer: Actor) -> TestResponse:
        return post(self.browser(officer), f"{self.page}/reset/link")

    def enters(self, password: str) -> bool:
        browser = self.site.browser()
        browser.follow(browser.password(self.username, password))
        return bool(browser.cookie())


@pytest.fixture
def office(database: TestDatabase) -> Office:
    return Office(database)


def test_two_officers_reset_and_the_person_sets_a_new_password(office: Office) -> None:
    assert office.enters(GOOD_PASSWORD)
    assert office.propose().status_code == 302
    assert office.enters(GOOD_PASSWORD), "asking alone changes nothing"
    office.approve()
    assert not office.enters(GOOD_PASSWORD)
    assert "取得账号重置链接" in office.browser(office.security).get(office.page).get_data(as_text=True)
    answer = office.link(office.security)
    assert answer.headers["Cache-Control"] == "no-store"
    assert not office.enters(GOOD_PASSWORD)
    assert redeem(office.site, link_in(answer), NEW_PASSWORD) == 200

    assert office.enters(NEW_PASSWORD)
    assert not office.enters(GOOD_PASSWORD)


def test_every_session_of_the_person_ends_with_the_approval(office: Office) -> None:
    open_page = office.browser(office.clerk)
    assert open_page.get("/profile").status_code == 200
    office.propose()
    assert open_page.get("/profile").status_code == 200
    office.approve()

    assert open_page.get("/profile").status_code == 303
    assert office.link(office.system).status_code == 200
    assert open_page.get("/profile").status_code == 303, "a new password brings no old session back"
    assert office.browser(office.system).get("/profile").status_code == 200


def test_the_link_is_shown_once_to_one_of_the_two(office: Office) -> None:
    other = person(office.site.database, office.id, "吴系统", "system_officer")
    office.propose()
    assert office.link(office.system).status_code == 409, "nobody has approved"
    office.approve()
    assert office.link(other).status_code == 409
    assert "取得账号重置链接" not in office.browser(other).get(office.page).get_data(as_text=True)
    assert office.link(office.system).status_code == 200

    assert office.link(office.system).status_code == 409
    assert office.link(office.security).status_code == 409


def test_one_officer_alone_resets_nothing(office: Office) -> None:
    both = person(office.site.database, office.id, "郑两岗", "system_officer", "centre_admin")
    office.propose(both)
    with pytest.raises((approval_errors.OwnChange, Forbidden)):
        office.approve(both)

    assert office.link(both).status_code == 409
    assert office.enters(GOOD_PASSWORD)


def test_the_person_concerned_is_neither_of_the_two(office: Office) -> None:
    page = f"/console/staff/{office.system.membership_id}/reset"
    assert post(office.browser(office.system), page, {"reason": "自己"}).status_code == 403
    admin = person(office.site.database, office.id, "赵管理", "centre_admin")
    second = f"/console/staff/{office.security.membership_id}/reset"
    assert post(office.browser(admin), second, {"reason": "忘记密码"}).status_code == 302

    with pytest.raises(Forbidden):
        office.approve(office.security)


def test_who_may_not_open_accounts_asks_for_no_reset(office: Office) -> None:
    assert office.propose(office.clerk).status_code == 403
    assert office.propose(office.security).status_code == 403
    assert office.propose(reason=" ").status_code == 422
    assert office.browser(office.system).get(f"{office.page}/reset").status_code == 200


def test_an_account_that_reaches_into_another_body_is_not_reset_by_one(office: Office) -> None:
    elsewhere = office.site.database.open_centre(f"C73{next(_numbers):03d}")
    office.propose()
    office.approve()
    there = person(office.site.database, elsewhere, "钱经办", "clerk", person_id=office.account)
    assert office.propose().status_code == 409
    assert office.link(office.security).status_code == 409
    with tx(office.site, elsewhere) as session:
        post_there = session.get(Membership, (elsewhere, there.membership_id))
        assert post_there is not None
        post_there.state = MembershipState.DISABLED
        session.audit("test.let_go", "membership", there.membership_id, "对方机构停用")

    assert office.link(office.security).status_code == 200


def test_a_decision_does_not_wait_for_ever(office: Office) -> None:
    office.propose()
    office.approve()
    change, _ = office.change()
    late = utc_now() - office.site.issuer.settings.reset_lifetime - timedelta(minutes=1)
    with tx(office.site, office.id) as session:
        session.execute(
            text("update change_request set decided_at = :at where id = :id"), {"at": late, "id": change}
        )
        session.audit("test.waited", "change", change, "测试过期")

    assert office.link(office.security).status_code == 409
    assert office.propose().status_code == 302, "it can be asked for again"
