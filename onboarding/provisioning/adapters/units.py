"""Departments, branches and managed sub-centres of a body (kernel.tenancy)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from kernel.db import TenantSession
from kernel.db.ids import uuid7
from kernel.tenancy.models import UNIT_KIND_ZH, OrgUnit, UnitKind
from onboarding.manifests.service import BodyPlan, UnitPlan
from onboarding.provisioning.policy import PlanLine, compare


class UnitsStep:
    """Units of the manifest. Units that a centre added later are its own and stay as they are."""

    name = "units"
    title_zh = "内设机构与管理部"

    def compare(self, session: TenantSession | None, body: BodyPlan) -> Sequence[PlanLine]:
        there = _there(session)
        planned = {plan.code: plan.name_zh for plan in body.units}
        # A unit below a renamed one is not moved: both sides are told by the new name.
        names = {unit.id: planned.get(unit.code, unit.name_zh) for unit in there.values()}
        return [
            compare(
                body.short_name_zh,
                f"机构“{plan.name_zh}”",
                _words(there[plan.code], names) if plan.code in there else "",
                _say(plan.name_zh, plan.kind, planned.get(plan.parent_code or "")),
            )
            for plan in body.units
        ]

    def run(self, session: TenantSession, body: BodyPlan) -> int:
        return put_units(session, body.units)


def put_units(session: TenantSession, plans: Sequence[UnitPlan]) -> int:
    """Make the units exist as planned; returns how many rows were written."""
    there = _there(session)
    ids = {code: unit.id for code, unit in there.items()} | {
        plan.code: uuid7() for plan in plans if plan.code not in there
    }
    written = 0
    for plan in plans:
        parent = None if plan.parent_code is None else ids[plan.parent_code]
        unit = there.get(plan.code)
        if unit is None:
            session.add(
                OrgUnit(
                    id=ids[plan.code],
                    code=plan.code,
                    name_zh=plan.name_zh,
                    kind=plan.kind,
                    parent_unit_id=parent,
                )
            )
        elif (unit.name_zh, unit.kind, unit.parent_unit_id) != (plan.name_zh, plan.kind, parent):
            unit.name_zh, unit.kind, unit.parent_unit_id = plan.name_zh, plan.kind, parent
        else:
            continue
        written += 1
    session.flush()
    return written


def _there(session: TenantSession | None) -> dict[str, OrgUnit]:
    return {} if session is None else {unit.code: unit for unit in session.scalars(select(OrgUnit))}


def _say(name_zh: str, kind: str, parent_zh: str | None) -> str:
    below = f"，隶属{parent_zh}" if parent_zh else ""
    return f"{name_zh}（{UNIT_KIND_ZH[UnitKind(kind)]}{below}）"


def _words(unit: OrgUnit, names: dict[UUID, str]) -> str:
    parent = None if unit.parent_unit_id is None else names.get(unit.parent_unit_id)
    return _say(unit.name_zh, unit.kind, parent)
