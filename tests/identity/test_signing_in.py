"""From the sign-in page through the embedded issuer into a post and out again; whoever is shut out is out at the next request."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import select, update

from kernel.audit.models import AuditEvent
from kernel.db import TenantSession, utc_now
from kernel.identity.actor import Actor
from kernel.identity.models import Membership, RoleGrant, WebSession
from kernel.tenancy import tenants
from tests.database import TestDatabase
from tests.identity.issuer.world import NOTICE
from tests.identity.sites import BASE, Site, time_code
from tests.people import person
from tests.web_client import COOKIE, client_for, post

_numbers = count(1)


@pytest.fixture
def site(database: TestDatabase) -> Site:
    return Site(database)


@pytest.fixture
def centre(database: TestDatabase) -> UUID:
    return database.open_centre(f"C70{next(_numbers):03d}")


@pytest.fixture(autouse=True)
def no_counters(database: TestDatabase) -> Iterator[None]:
    yield
    with psycopg.connect(database.superuser_dsn, autocommit=True) as connection:
        connection.execute("truncate issuer_attempt, issuer_key")


def a_name() -> str:
    return f"person{next(_numbers)}"


def admin(site: Site, tenant: UUID, name: str, **account: bool) -> Actor:
    return person(site.database, tenant, "赵管理", "centre_admin", person_id=site.account(name, **account))


class TestSignIn:
    def test_a_password_leads_to_the_page_that_was_asked_for(self, site: Site, centre: UUID) -> None:
        name = a_name()
        admin(site, centre, name)
        page = site.browser().sign_in(name, "/profile")

        assert page.status == 200
        assert "赵管理" in page.text

    def test_without_a_wish_it_leads_to_the_first_screen(self, site: Site, centre: UUID) -> None:
        name = a_name()
        admin(site, centre, name)
        browser = site.browser()
        arrived = browser.password(name)
        while arrived.location and not arrived.location.endswith("/console/workbench"):
            arrived = browser.open(arrived.location.removeprefix(BASE))

        assert arrived.location.endswith("/console/workbench")

    def test_the_warning_about_passwords_stands_on_the_page(self, site: Site) -> None:
        assert NOTICE in site.browser().to_login().text

    def test_a_wrong_password_is_refused_like_an_unknown_name(self, site: Site, centre: UUID) -> None:
        name = a_name()
        admin(site, centre, name)
        wrong = site.browser().password(name, "wrong-wrong-1")
        unknown = site.browser().password(a_name(), "wrong-wrong-1")

        assert (wrong.status, wrong.alert) == (unknown.status, unknown.alert)
        assert wrong.status == 400

    def test_after_five_wrong_ones_the_right_one_is_not_looked_at(self, site: Site, centre: UUID) -> None:
        name = a_name()
        admin(site, centre, name)
        browser = site.browser()
        for _ in range(5):
            browser.password(name, "wrong-wrong-1")
        evaluated = site.passwords.evaluated

        assert browser.password(name).status == 429
        assert site.passwords.evaluated == evaluated
        assert browser.cookie() == ""

    def test_an_enrolled_second_factor_is_asked_for(self, site: Site, centre: UUID) -> None:
        name = a_name()
        admin(site, centre, name, second_factor=True)
        browser = site.browser()
        second = browser.password(name, path="/profile")
        assert second.location == ""
        assert browser.cookie() == ""
        page = browser.follow(browser.submit(second, "/second-factor", code=time_code()))

        assert "赵管理" in page.text

    @pytest.mark.parametrize(
        "elsewhere", ["https://example.com/", "//example.com", "/\\example.com", "javascript:alert(1)"]
    )
    def test_nobody_is_sent_elsewhere(self, site: Site, centre: UUID, elsewhere: str) -> None:
        name = a_name()
        admin(site, centre, name)
        browser = site.browser()
        page = browser.password(name, path=elsewhere)
        places = []
        while page.location:
            places.append(page.location)
            page = browser.open(page.location.removeprefix(BASE))

        assert places
        assert all(place.startswith((BASE + "/", "/")) and "example.com" not in place for place in places)

    def test_a_person_without_a_post_is_told_whom_to_ask(self, site: Site) -> None:
        name = a_name()
        site.account(name)
        page = site.browser().sign_in(name)

        assert page.status == 403
        assert "系统管理员" in page.text

    @pytest.mark.parametrize("query", ["", "?code=x&state=y", "?error=access_denied&state=y"])
    def test_an_answer_that_nobody_asked_for_opens_nothing(self, site: Site, query: str) -> None:
        browser = site.browser()
        page = browser.open(f"/oidc/callback{query}")

        assert page.status == 409
        assert browser.cookie() == ""


class TestSession:
    def test_a_cookie_from_before_the_log_in_is_not_kept(self, site: Site, centre: UUID) -> None:
        name = a_name()
        admin(site, centre, name)
        browser = site.browser()
        browser.http.set_cookie(COOKIE, "planted-by-somebody-else-0123456789")
        browser.sign_in(name, "/profile")

        assert browser.cookie() not in ("", "planted-by-somebody-else-0123456789")

    def test_a_new_log_in_ends_the_one_that_this_browser_had(self, site: Site, centre: UUID) -> None:
        name = a_name()
        admin(site, centre, name)
        browser = site.browser()
        browser.sign_in(name, "/profile")
        former = browser.cookie()
        browser.to_login("/profile")  # the issuer remembers: no password again
        thief = site.app.test_client()
        thief.set_cookie(COOKIE, former)

        assert browser.cookie() != former
        assert thief.get("/profile").status_code == 303
        assert browser.open("/profile").status == 200

    def test_a_foreign_cookie_is_nobody(self, site: Site) -> None:
        client = site.app.test_client()
        client.set_cookie(COOKIE, "x" * 43)

        assert client.get("/api/v1/channels", headers={"Accept": "application/json"}).status_code in (
            401,
            404,
        )
        assert client.get("/profile").status_code == 303

    def test_signing_out_ends_it_here_and_at_the_issuer(self, site: Site, centre: UUID) -> None:
        name = a_name()
        admin(site, centre, name)
        browser = site.browser()
        browser.sign_in(name, "/profile")
        former = browser.cookie()
        assert post(browser.http, "/sign-out").status_code == 302
        thief = site.app.test_client()
        thief.set_cookie(COOKIE, former)

        assert thief.get("/profile").status_code == 303
        assert "/authenticate" in browser.to_login("/profile").text

    def test_the_token_is_kept_sealed(self, site: Site, centre: UUID) -> None:
        name = a_name()
        actor = admin(site, centre, name)
        site.browser().sign_in(name, "/profile")
        with site.database.door().tenant_tx(site.database.scope(centre), read_only=True) as session:
            mine = WebSession.membership_id == actor.membership_id
            sealed = session.scalars(select(WebSession.tokens).where(mine)).one()

        assert sealed is not None
        assert b"eyJ" not in sealed

    def test_two_events_tell_of_a_log_in(self, site: Site, centre: UUID) -> None:
        name = a_name()
        actor = admin(site, centre, name)
        site.browser().sign_in(name, "/profile")
        with site.database.door().tenant_tx(site.database.scope(centre), read_only=True) as session:
            mine = AuditEvent.object_id == str(actor.membership_id)
            actions = session.scalars(select(AuditEvent.action).where(mine)).all()

        assert actions.count("identity.signed_in") == 1


class TestPosts:
    def both(self, site: Site, centre: UUID) -> tuple[str, Actor, Actor]:
        name = a_name()
        who = site.account(name)
        other = site.database.open_centre(f"C70{next(_numbers):03d}", "样板市住房公积金管理中心")
        here = person(site.database, centre, "钱二", "centre_admin", person_id=who)
        there = person(site.database, other, "钱二", "centre_editor", person_id=who)
        return name, here, there

    def test_of_several_posts_one_is_chosen_and_can_be_changed(self, site: Site, centre: UUID) -> None:
        name, here, there = self.both(site, centre)
        browser = site.browser()
        choice = browser.sign_in(name, "/profile")
        assert browser.cookie() == ""
        page = browser.follow(browser.submit(choice, f"/{here.membership_id}"))
        assert "示例市住房公积金管理中心" in page.text
        first = browser.cookie()
        changed = browser.submit(page, f"/posts/{there.membership_id}")
        assert changed.status == 302
        thief = site.app.test_client()
        thief.set_cookie(COOKIE, first)

        assert "样板市住房公积金管理中心" in browser.open("/profile").text
        assert thief.get("/profile").status_code == 303

    def test_a_post_in_a_suspended_tenant_is_not_offered(self, site: Site, centre: UUID) -> None:
        name, _, there = self.both(site, centre)
        with site.database.door().tenant_tx(site.database.scope()) as session:
            tenants.set_status(session, there.tenant_id, "suspended")
            session.audit("test.suspended", "tenant", there.tenant_id, "测试暂停")
        page = site.browser().sign_in(name, "/profile")

        assert "示例市住房公积金管理中心" in page.text

    def test_a_post_of_somebody_else_cannot_be_taken(self, site: Site, centre: UUID) -> None:
        name, _, _ = self.both(site, centre)
        stranger = person(site.database, centre, "孙三", "centre_approver")
        browser = site.browser()
        choice = browser.sign_in(name, "/profile")
        form = choice.forms[0]
        taken = browser.http.post(f"/sign-in/posts/{stranger.membership_id}", data=form.fields)

        assert taken.status_code == 404
        assert browser.cookie() == ""


class TestShutOut:
    def change(self, site: Site, tenant: UUID, statement: object) -> None:
        with site.database.door().tenant_tx(site.database.scope(tenant)) as session:
            self.execute(session, statement)
            session.audit("test.changed", "membership", "x", "测试变更")

    def execute(self, session: TenantSession, statement: object) -> None:
        session.execute(statement)  # type: ignore[call-overload]

    def test_a_revoked_role_is_refused_at_the_next_request(self, site: Site, centre: UUID) -> None:
        actor = person(site.database, centre, "李四", "centre_admin")
        client = client_for(site.database, actor)
        assert client.get("/console/staff/").status_code == 200
        mine = RoleGrant.membership_id == actor.membership_id
        self.change(site, centre, update(RoleGrant).where(mine).values(revoked_at=utc_now()))

        assert client.get("/console/staff/").status_code == 403

    def test_a_disabled_person_is_nobody_at_the_next_request(self, site: Site, centre: UUID) -> None:
        actor = person(site.database, centre, "周五", "centre_admin")
        client = client_for(site.database, actor)
        assert client.get("/profile").status_code == 200
        mine = Membership.id == actor.membership_id
        self.change(site, centre, update(Membership).where(mine).values(state="disabled"))

        assert client.get("/profile").status_code == 303
        assert client.get("/api/v1/channels").status_code in (401, 404)

    def test_a_contractors_role_ends_with_its_date(self, site: Site, centre: UUID) -> None:
        actor = person(site.database, centre, "吴六", "contractor")
        client = client_for(site.database, actor)
        assert client.get("/console/inbox").status_code == 200
        mine = RoleGrant.membership_id == actor.membership_id
        past = utc_now() - timedelta(seconds=1)
        self.change(site, centre, update(RoleGrant).where(mine).values(valid_to=past))

        assert client.get("/console/inbox").status_code == 403

    def test_the_issuers_notice_of_log_out_ends_the_session_once(self, site: Site, centre: UUID) -> None:
        name = a_name()
        actor = admin(site, centre, name)
        browser = site.browser()
        browser.sign_in(name, "/profile")
        with site.database.door().tenant_tx(site.database.scope(centre), read_only=True) as session:
            mine = WebSession.membership_id == actor.membership_id
            sid = session.scalars(select(WebSession.issuer_session).where(mine)).one()
        told = {"logout_token": logout_token(site, actor, sid)}
        plain = site.app.test_client()

        url = "/api/v1/identity/backchannel-logout"
        assert plain.post(url, data={"logout_token": "forged"}).status_code == 400
        assert browser.open("/profile").status == 200
        assert plain.post(url, data=told).status_code == 200
        assert browser.open("/profile").status == 303
        assert plain.post(url, data=told).status_code == 400


def logout_token(site: Site, actor: Actor, sid: str) -> str:
    from joserfc import jwt

    from kernel.identity.oidc.checks import BACKCHANNEL_EVENT

    now = int(utc_now().timestamp())
    claims = {
        "iss": site.issuer.settings.issuer, "sub": str(actor.person_id), "sid": sid, "aud": "gjj-console", "iat": now,
        "exp": now + 60, "jti": f"{actor.person_id}-{now}", "events": {BACKCHANNEL_EVENT: {}}, "typ": "Logout",
    }  # fmt: skip
    key = site.issuer.keyring.signer()
    return jwt.encode({"alg": "RS256", "kid": key.kid, "typ": "logout+jwt"}, claims, key)
