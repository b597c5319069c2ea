"""What a view may ask of the running request: session, actor, tenant."""

from __future__ import annotations

from typing import cast

from flask import g

from kernel.db import TenantSession
from kernel.errors import NotSignedIn
from kernel.identity.actor import Actor
from kernel.tenancy.tenants import Tenant
from kernel.web import unit_of_work


def session() -> TenantSession:
    """The unit of work of this request."""
    return unit_of_work.session()


def actor() -> Actor:
    """Who is signed in. Raises NotSignedIn on a public page without a visitor's log-in."""
    found = actor_or_none()
    if found is None:
        raise NotSignedIn
    return found


def actor_or_none() -> Actor | None:
    """Who is signed in, or None."""
    return cast("Actor | None", g.get("gjj_actor"))


def tenant() -> Tenant:
    """The tenant in which this request works."""
    return cast(Tenant, g.gjj_tenant)
