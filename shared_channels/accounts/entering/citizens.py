"""Cookie → log-in → account → scope, once for each request (house §5).

Employees have another edge (`kernel.identity.entering`) and another cookie. A page of a depositor begins with `enter_citizen(code)`;
one that needs a log-in but no binding with `enter_account(code)`. Both raise before anything is looked up.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import current_app, g, request

from kernel.crypto.secret import Secret
from kernel.db.roles import DbRole
from kernel.errors import NotFound
from kernel.identity.entering import identity
from kernel.tenancy import tenants
from kernel.tenancy.models import TenantKind
from kernel.tenancy.scope import enter
from kernel.tenancy.tenants import Tenant
from kernel.web import unit_of_work
from kernel.web.settings import web_settings
from shared_channels.accounts import queries
from shared_channels.accounts.entering.scopes import province_tx
from shared_channels.accounts.errors import SignInNeeded, StepUpNeeded
from shared_channels.accounts.models import BindingKind
from shared_channels.accounts.policy import level_number
from shared_channels.accounts.queries import SignedIn
from shared_channels.accounts.service import sessions

ACTOR_ZH = {BindingKind.DEPOSITOR: "缴存人", BindingKind.EMPLOYER: "单位经办人"}
_PROVINCE = "gjj.accounts.province"
_TOUCHED = "gjj.accounts.touched"


@dataclass(frozen=True)
class Citizen:
    """A signed-in person who is bound to the centre of this request. `person_ref` is the core system's word for the depositor."""

    account_id: UUID
    binding_id: UUID
    person_ref: str
    channel: str
    level: int
    name: Secret[str]
    phone: Secret[str]
    session_id: UUID
    kind: BindingKind = BindingKind.DEPOSITOR


def enter_citizen(centre_code: str, kind: BindingKind = BindingKind.DEPOSITOR) -> Citizen:
    """Enter the centre as the bound person. Raises NotFound (no such centre), SignInNeeded, NotBound."""
    signed = enter_account(centre_code, kind)
    return bound_citizen(signed, kind)


def enter_account(centre_code: str, kind: BindingKind = BindingKind.DEPOSITOR) -> SignedIn:
    """Enter the centre as the holder of the cookie, bound or not. Raises NotFound, SignInNeeded."""
    centre = open_centre(centre_code)
    signed = account_of_cookie(centre)
    if signed is None:
        raise SignInNeeded
    enter_as(centre, signed, kind)
    return signed


def account_of_cookie(centre: Tenant) -> SignedIn | None:
    """Who is signed in on this phone; enters nothing. Asked once a request."""
    if "gjj_signed_in" not in g:
        cookie = request.cookies.get(web_settings().citizen_cookie, "")
        g.gjj_signed_in = account_of_key(province_of(centre), cookie) if 20 <= len(cookie) <= 100 else None
        if g.gjj_signed_in is not None and g.gjj_signed_in.client_id is not None:
            g.gjj_signed_in = None  # a key that was given to a channel's program is no cookie
    found: SignedIn | None = g.gjj_signed_in
    return found


def account_of_key(province_id: UUID, key: str) -> SignedIn | None:
    """The live log-in behind a key, which is touched."""
    with province_tx(province_id, read_only=True) as session:
        found = queries.signed_in(session, key)
    if found is not None:
        _touch(province_id, found)
    return found


def enter_as(centre: Tenant, signed: SignedIn, kind: BindingKind = BindingKind.DEPOSITOR) -> None:
    """From here on this request works in the centre, on the rows of this account only."""
    unit_of_work.enter_scope(enter(centre.id, DbRole.CITIZEN, str(signed.account_id)), ACTOR_ZH[kind])
    g.gjj_tenant, g.gjj_signed_in = centre, signed


def bound_citizen(signed: SignedIn, kind: BindingKind = BindingKind.DEPOSITOR) -> Citizen:
    """The citizen of an entered request. Raises NotBound."""
    session = unit_of_work.session()
    binding = queries.need_binding(session, signed.account_id, kind)
    return Citizen(
        account_id=signed.account_id,
        binding_id=binding.id,
        person_ref=queries.core_ref_of(session, binding),
        channel=signed.channel,
        level=signed.level(binding.id),
        name=queries.name_of(session, binding),
        phone=signed.phone,
        session_id=signed.session_id,
        kind=kind,
    )


def need_level(citizen: Citizen, level: str) -> None:
    """Hold a level word of the catalogue (`Offer.min_level`) against this log-in. Raises StepUpNeeded."""
    if citizen.level < level_number(level):
        raise StepUpNeeded(level_number(level))


def open_centre(code: str) -> Tenant:
    """A centre or sub-centre that serves people now. Raises NotFound; enters nothing."""
    tenant = tenants.by_code(identity().database, code)
    if tenant is None or tenant.status not in ("active", "read_only") or tenant.rehearsal:
        raise NotFound
    if tenant.kind == TenantKind.PROVINCE:
        raise NotFound
    return tenant


def province_of(tenant: Tenant) -> UUID:
    """The province above a centre; the same for all, so it is asked once in a process."""
    known: UUID | None = current_app.extensions.get(_PROVINCE)
    if known is None:
        above: Tenant | None = tenant
        while above is not None and above.parent_id is not None:
            above = tenants.by_id(identity().database, above.parent_id)
        if above is None:
            raise NotFound
        known = current_app.extensions[_PROVINCE] = above.id
    return known


def _touch(province_id: UUID, signed: SignedIn) -> None:
    seen: dict[UUID, float] = current_app.extensions.setdefault(_TOUCHED, {})
    now = unit_of_work.monotonic()
    if now - seen.get(signed.session_id, float("-inf")) < 60:
        return
    if len(seen) > 10_000:
        seen.clear()
    seen[signed.session_id] = now
    with province_tx(province_id) as session:
        sessions.touch(session, signed.session_id, signed.channel)
