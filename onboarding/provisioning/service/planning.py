"""Compares a manifest with what is there, body by body. Nothing is written: each question is asked in a transaction that is rolled back."""

from __future__ import annotations

from collections.abc import Iterator

from kernel.db import TenantSession
from kernel.tenancy.models import TENANT_KIND_ZH, TENANT_STATUS_ZH, TenantStatus
from kernel.tenancy.tenants import Tenant
from onboarding.manifests.service import BodyPlan, City
from onboarding.provisioning.adapters import accounts
from onboarding.provisioning.policy import Action, PlanLine, changed, compare
from onboarding.provisioning.ports import Places
from onboarding.provisioning.service.acts import room_steps
from onboarding.provisioning.service.settling import line_of, refuse_codes, wanted_row
from tenants.registry import service as registry


def plan_city(places: Places, city: City) -> list[PlanLine]:
    """Every difference, and what stays. Raises CodeRetired and CodeTaken."""
    with places.inside(places.province_id, read_only=True) as session:
        refuse_codes(session, city)
        known = line_of(session)
        lines = [line for body in city.bodies for line in _province_lines(session, known, body)]
        new = accounts.missing(session, city.people)
        here = city.centre.short_name_zh
        lines += [compare(here, "登录账号", "", f"{person.name_zh}的账号") for person in new]
    for body in city.bodies:
        lines += _body_lines(places, known.get(body.code), body)
    return lines


def verify_city(places: Places, city: City) -> list[PlanLine]:
    """What is not as the manifest says, after it was carried out: empty when all is well."""
    return changed(plan_city(places, city))


def _province_lines(session: TenantSession, known: dict[str, Tenant], body: BodyPlan) -> Iterator[PlanLine]:
    found = known.get(body.code)
    yield compare(
        body.short_name_zh,
        TENANT_KIND_ZH[body.kind] if body.twin_of_code is None else "演练环境",
        "" if found is None else f"{found.code} {found.name_zh}",
        f"{body.code} {body.name_zh}",
    )
    if found is None:
        return
    if found.status == TenantStatus.PREPARING:
        after = TENANT_STATUS_ZH[TenantStatus.ACTIVE]
        yield PlanLine(
            Action.ALTER, body.short_name_zh, "状态", TENANT_STATUS_ZH[TenantStatus.PREPARING], after
        )
    if body.twin_of_code is None:
        there = registry.registered_values(session, body.code)
        wanted = wanted_row(body, found.id, found.status)
        if there is None or any(there[name] != value for name, value in wanted.items()):
            yield compare(
                body.short_name_zh, "省级登记", "原登记信息" if there else "", "与清单一致的登记信息"
            )


def _body_lines(places: Places, tenant: Tenant | None, body: BodyPlan) -> list[PlanLine]:
    if tenant is None:
        return [line for step in room_steps() for line in step.compare(None, body)]
    lines: list[PlanLine] = []
    with places.trying(tenant.id) as session:
        for step in room_steps():
            lines += step.compare(session, body)
    return lines
