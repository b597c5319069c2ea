"""What a run does in the province: template and accounts, the tenant rows, the register, the state of each body."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import String, func, select
from sqlalchemy.dialects.postgresql import array

from billing_budget.tariffs.seed import seed_tariffs
from kernel import events
from kernel.calendar import clock
from kernel.db import TenantSession
from kernel.db.ids import uuid7
from kernel.tenancy import tenants
from kernel.tenancy.models import TenantStatus
from kernel.tenancy.tenants import NewTenant, Tenant
from onboarding.manifests.service import BodyPlan, City, ProvincePosts, StaffPlan
from onboarding.provisioning.adapters import accounts
from onboarding.provisioning.adapters.catalogue import put_template
from onboarding.provisioning.adapters.registry import figures_of
from onboarding.provisioning.adapters.staff import put_staff
from onboarding.provisioning.adapters.units import put_units
from onboarding.provisioning.errors import CodeRetired, CodeTaken
from onboarding.provisioning.events import ProvinceSettled
from shared_channels.sms.messages.seed import seed_province_sms
from tenants.registry import service as registry
from tenants.registry.policy import DEPOSITORS, plug_state


def line_of(session: TenantSession) -> dict[str, Tenant]:
    """The acting tenant and everything below it, by code."""
    return {tenant.code: tenant for tenant in tenants.tree(session)}


def refuse_codes(session: TenantSession, city: City) -> None:
    """Raises CodeRetired or CodeTaken when a body may not have its code."""
    known = line_of(session)
    for body in city.bodies:
        found = known.get(body.code)
        if found is not None and not _same_body(session, known, found, body):
            raise CodeTaken
    new = [body.code for body in city.bodies if body.code not in known]
    if session.scalar(select(func.k.codes_retired(session.tenant_id, array(new, type_=String)))):
        raise CodeRetired


def _same_body(session: TenantSession, known: Mapping[str, Tenant], found: Tenant, body: BodyPlan) -> bool:
    parent = body.parent_code or _code_of(known, session.tenant_id)
    here = (found.kind, _code_of(known, found.parent_id), _code_of(known, found.twin_of))
    return here == (str(body.kind), parent, body.twin_of_code)


def _code_of(known: Mapping[str, Tenant], tenant_id: UUID | None) -> str | None:
    return next((tenant.code for tenant in known.values() if tenant.id == tenant_id), None)


def prepare(session: TenantSession, people: Sequence[StaffPlan]) -> int:
    """The province's template and the accounts of the city's people."""
    return put_template(session) + accounts.put_accounts(session, people)


def settle_province(session: TenantSession, posts: ProvincePosts) -> int:
    """The province's own units, people and accounts, and what centres inherit: items, SMS templates, tariffs. The caller audits."""
    written = (
        put_units(session, posts.units)
        + put_staff(session, posts.staff)
        + accounts.put_accounts(session, posts.staff)
        + put_template(session)
        + seed_province_sms(session)
        + seed_tariffs(session)
    )
    if written:
        events.publish(session, ProvinceSettled(session.tenant_id))
    return written


def open_body(session: TenantSession, body: BodyPlan, steps_total: int) -> int:
    """The tenant row and the register's row of one body. Idempotent; names follow the manifest, code and id never change."""
    known = line_of(session)
    found = known.get(body.code)
    if found is None:
        parent = session.tenant_id if body.parent_code is None else known[body.parent_code].id
        twin_of = None if body.twin_of_code is None else known[body.twin_of_code].id
        new = NewTenant(
            uuid7(), body.code, parent, str(body.kind), body.name_zh, body.short_name_zh, body.independent,
            body.fictional, twin_of,
        )  # fmt: skip
        tenants.open_tenant(session, new)
        tenant_id, written = new.id, 1
    else:
        tenant_id, written = found.id, 0
        if (found.name_zh, found.short_name_zh) != (body.name_zh, body.short_name_zh):
            written = int(tenants.rename(session, tenant_id, body.name_zh, body.short_name_zh))
    status = TenantStatus.PREPARING if found is None else TenantStatus(found.status)
    return written + _register(session, body, tenant_id, status, steps_total)


def activate(session: TenantSession, body: BodyPlan, steps_total: int) -> int:
    """Everything is in place: the body goes into use. One that was paused meanwhile stays paused."""
    found = line_of(session)[body.code]
    written = 0
    if found.status == TenantStatus.PREPARING:
        written = int(tenants.set_status(session, found.id, TenantStatus.ACTIVE))
        status = TenantStatus.ACTIVE
    else:
        status = TenantStatus(found.status)
    return written + _register(session, body, found.id, status, steps_total, done=True)


def _register(
    session: TenantSession,
    body: BodyPlan,
    tenant_id: UUID,
    status: TenantStatus,
    steps_total: int,
    *,
    done: bool = False,
) -> int:
    if body.twin_of_code is not None:
        return int(registry.register(session, {"code": body.twin_of_code, "twin_id": tenant_id}))
    there = registry.registered_values(session, body.code) or {}
    values = wanted_row(body, tenant_id, status) | {"steps_total": steps_total}
    values["steps_done"] = steps_total if done else there.get("steps_done", 0)
    if done and there.get("joined_at") is None:
        values["joined_at"] = clock.now()
    return int(registry.register(session, values))


def wanted_row(body: BodyPlan, tenant_id: UUID, status: str) -> dict[str, Any]:
    """The register's row of a body, without its progress."""
    figure = next((f for f in body.figures if f.code == DEPOSITORS), None)
    reason = body.plug_reason_zh if body.plug_state == "exempt" else ""
    return {
        "code": body.code, "subject_id": tenant_id, "city_code": body.city_code, "kind": str(body.kind), "name_zh": body.name_zh,
        "short_name_zh": body.short_name_zh, "legal_entity_zh": body.legal_entity_zh, "build_mode": body.build_mode,
        "own_app": body.own_app, "fictional": body.fictional, "consolidates_into": body.consolidates_into, "status": str(status),
        "plug_state": plug_state(independent=body.independent, build_mode=body.build_mode, status=status, exempt_reason_zh=reason),
        "plug_reason_zh": body.plug_reason_zh, "units": len(body.units), "staff": len(body.staff),
        "channels_open": sum(body.channels.values()), "channels_total": len(body.channels),
        "sms_monthly": body.budget.sms_monthly, "allowance_fen": body.budget.allowance_fen,
        "depositors": None if figure is None else figure.value,
        "detail": {
            "figures": [f.stored() for f in figures_of(body)],
            "notes": [dict(note) for note in body.notes],
            "units": [{"code": u.code, "name_zh": u.name_zh, "kind": u.kind} for u in body.units],
            "channels": dict(body.channels),
            "contact_zh": body.contact_zh,
        },
    }  # fmt: skip
