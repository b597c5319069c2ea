"""The HTTP edge of identity: cookie → session row → actor → scope, once for each request (house §5).

The guard answers 401 without a session, 403 without the permission, both before any look-up of the object asked for (decision D11).
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, current_app, g, request

from kernel.audit.record import ACTOR_NAME, REQUEST_ID
from kernel.db import Database
from kernel.db.roles import DbRole
from kernel.directory.lookup import Directory, Post
from kernel.errors import Forbidden, NotFound, NotSignedIn
from kernel.identity import queries, sessions
from kernel.identity.actor import Actor
from kernel.permissions import Permission
from kernel.tenancy import tenants
from kernel.tenancy.models import TenantKind
from kernel.tenancy.scope import Scope, enter
from kernel.tenancy.tenants import Tenant
from kernel.web import unit_of_work
from kernel.web.guard import GUARD, REFUSED
from kernel.web.settings import web_settings

IDENTITY = "gjj.identity"


@dataclass(frozen=True)
class Identity:
    """What the edge needs: where to look, how long sessions live."""

    database: Database
    directory: Directory
    rules: sessions.SessionRules


def init_app(app: Flask, identity: Identity) -> None:
    """Make this the application's guard."""
    app.extensions[IDENTITY] = identity
    app.extensions[GUARD] = guard
    app.extensions[REFUSED] = note_refusal


def identity() -> Identity:
    """The edge of the running application."""
    found: Identity = current_app.extensions[IDENTITY]
    return found


def guard(permission: Permission) -> bool:
    """Whether the person behind this request holds the permission. Raises NotSignedIn, and Forbidden with whom to ask."""
    actor = authenticate()
    if actor is None:
        raise NotSignedIn
    if permission is Permission.SIGNED_IN or actor.may(permission):
        return True
    raise Forbidden(permission, ask_zh="、".join(queries.holders(unit_of_work.session(), permission)))


def authenticate() -> Actor | None:
    """Who is behind the session cookie; enters their tenant. Asked once a request."""
    if "gjj_actor" in g:
        found: Actor | None = g.gjj_actor
        return found
    g.gjj_actor = None
    post = _post_of_cookie()
    if post is None:
        return None
    tenant = tenants.by_id(identity().database, post.tenant_id)
    if tenant is None or tenant.status in ("suspended", "closed"):
        return None
    scope = enter(post.tenant_id, DbRole.APP, f"session:{post.ref_id}")
    with identity().database.tenant_tx(scope, read_only=True) as session:
        actor = queries.actor_of_session(session, post.ref_id, identity().rules.idle)
    if actor is None:
        return None
    _touch(scope, post)
    unit_of_work.enter_scope(enter(post.tenant_id, DbRole.APP, str(actor.person_id)), actor.name)
    g.gjj_actor, g.gjj_tenant = actor, tenant
    return actor


def enter_public(code: str) -> Tenant:
    """Enter a centre for a public page, as a visitor who sees published rows only. Raises NotFound for an unknown code."""
    tenant = tenants.by_code(identity().database, code)
    if tenant is None or tenant.status not in ("active", "read_only") or tenant.rehearsal:
        raise NotFound
    if tenant.kind == TenantKind.PROVINCE:
        raise NotFound  # the province publishes nothing of its own: its items are templates
    unit_of_work.enter_scope(enter(tenant.id, DbRole.CITIZEN, "public"))
    g.gjj_tenant = tenant
    return tenant


def note_refusal(permission: Permission | None, endpoint: str) -> None:
    """Write a refused attempt into the log of the person's tenant, in a transaction of its own, before the answer leaves."""
    actor: Actor | None = g.get("gjj_actor")
    if actor is None:
        return
    scope = enter(actor.tenant_id, DbRole.APP, str(actor.person_id))
    with identity().database.tenant_tx(scope) as session:
        session.info.update({ACTOR_NAME: actor.name, REQUEST_ID: g.get("request_id", "")})
        needed = permission.sentence if permission is not None else "未声明的操作"
        session.audit(
            "access.refused",
            "route",
            endpoint,
            f"{actor.name} 无权“{needed}”，已拒绝",
            needs=str(permission or ""),
        )


def _post_of_cookie() -> Post | None:
    cookie = request.cookies.get(web_settings().session_cookie, "")
    if not 20 <= len(cookie) <= 100:
        return None
    posts = identity().directory.find(sessions.KIND, cookie)
    return posts[0] if len(posts) == 1 else None


def _touch(scope: Scope, post: Post) -> None:
    seen: dict[object, float] = current_app.extensions.setdefault("gjj.touched", {})
    now = unit_of_work.monotonic()
    if now - seen.get(post.ref_id, 0.0) < identity().rules.touch.total_seconds():
        return
    if len(seen) > 10_000:
        seen.clear()
    seen[post.ref_id] = now
    with identity().database.tenant_tx(scope) as session:
        sessions.touch(session, post.ref_id, identity().rules)
