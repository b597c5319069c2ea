"""A browser of a demo person, who logs in as people do: sign-in page, issuer, password, back to the console."""

from __future__ import annotations

import httpx
from sqlalchemy import select

from app.demo.passwords import demo_password
from app.story.forms import form_with
from app.story.stage import Stage
from app.story.step import NotProved
from kernel.db import TenantSession
from kernel.db.roles import Login
from kernel.identity.accounts import person_id_of
from kernel.identity.actor import Actor
from kernel.identity.models import Membership
from kernel.identity.queries import actor_of_membership
from kernel.tenancy import tenants


def browser_of(stage: Stage, user: str) -> httpx.Client:
    """A browser in which that person is logged in; the same one for the whole story."""
    browsers: dict[str, httpx.Client] = stage.facts.setdefault("browsers", {})
    if user not in browsers:
        browsers[user] = _signed_in(stage, user)
    return browsers[user]


def tenant_of(stage: Stage, code: str) -> tenants.Tenant:
    """A tenant by its code. Raises NotProved when there is none."""
    found = tenants.by_code(stage.installation.database(Login.WEB), code)
    if found is None:
        raise NotProved(f"没有代码为 {code} 的机构")
    return found


def actor_of(session: TenantSession, user: str) -> Actor:
    """The person's post in the session's tenant. Raises NotProved when there is none."""
    post = session.scalar(select(Membership.id).where(Membership.person_id == person_id_of(user)))
    actor = None if post is None else actor_of_membership(session, post)
    if actor is None:
        raise NotProved(f"没有登录名为 {user} 的人员")
    return actor


def _signed_in(stage: Stage, user: str) -> httpx.Client:
    browser = stage.visitor()
    page = browser.get("/sign-in", params={"next": "/profile"})
    form = form_with(page, "password")
    password = demo_password(stage.installation)
    done = form.change(username=user, password=password).send(browser, page)
    if done.status_code != 200 or not done.url.path.startswith("/profile"):
        raise NotProved(f"{user} 没有登录成功（{done.status_code}，停在 {done.url.path}）")
    return browser
