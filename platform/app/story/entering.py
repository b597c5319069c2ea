"""A browser of a demo person. Until the embedded issuer has its store, the session is opened by the door instead of by a log-in."""

from __future__ import annotations

import httpx
from sqlalchemy import select

from app.story.stage import Stage
from app.story.step import NotProved
from kernel.db import TenantSession
from kernel.db.roles import Login
from kernel.identity import sessions
from kernel.identity.actor import Actor
from kernel.identity.models import Membership
from kernel.identity.queries import actor_of_membership
from kernel.tenancy import tenants
from onboarding.provisioning.policy import person_id_of


def browser_of(stage: Stage, user: str) -> httpx.Client:
    """A browser in which that person is logged in; the same one for the whole story."""
    browsers: dict[str, httpx.Client] = stage.facts.setdefault("browsers", {})
    if user not in browsers:
        browser = stage.visitor()
        browser.cookies.set(stage.installation.web_settings().session_cookie, _session(stage, user))
        browsers[user] = browser
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


def _session(stage: Stage, user: str) -> str:
    installation = stage.installation
    tenant = tenant_of(stage, stage.accounts[user].tenant)
    with installation.database(Login.WEB).tenant_tx(installation.scope(tenant.id, "system:story")) as session:
        actor = actor_of(session, user)
        return sessions.start(
            session, installation.directory(), actor, installation.session_rules(), "story", None
        )
