"""Take a sub-centre in: proposed by the centre's administrator, approved by its security officer, carried out by a job.

It sees the city's catalogue and channels at once: they are inherited, nothing is copied. Each act is a transaction of one tenant and
may be repeated.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import String, func, select
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.exc import IntegrityError

from kernel.approvals.kinds import Difference, Execution, GuardedKind, Line, register
from kernel.db import TenantSession
from kernel.db.ids import uuid7
from kernel.events.bus import publish
from kernel.jobs.registry import enqueue
from kernel.permissions import Permission
from kernel.tenancy import tenants
from kernel.tenancy.models import TenantKind, TenantStatus
from kernel.tenancy.tenants import NewTenant, Tenant
from onboarding.manifests.service import BodyPlan, BudgetPlan, CataloguePlan, StaffPlan
from onboarding.provisioning.errors import CodeRetired, CodeTaken
from onboarding.provisioning.ports import Places
from onboarding.provisioning.service import room_steps
from onboarding.subcentres.errors import NotACentre
from onboarding.subcentres.events import SubCentreJoined
from onboarding.subcentres.schemas import ADMIN_ROLE, PlugInIn, role_name
from tenants.registry.policy import BUILD_MODE_ZH, PLUG_STATE_ZH, plug_state

PLUG_JOB = "onboarding.plug_in"


def centre_of(session: TenantSession) -> tuple[Tenant, list[Tenant]]:
    """The acting centre with the province above it first, and its sub-centres. Raises NotACentre."""
    tree = tenants.tree(session)
    own = next(tenant for tenant in tree if tenant.id == session.tenant_id)
    if own.kind != TenantKind.CENTRE or own.twin_of is not None:
        raise NotACentre
    return own, [t for t in tree if t.parent_id == own.id and t.twin_of is None]


def body_of(centre: Tenant, given: Mapping[str, Any]) -> BodyPlan:
    """What is to be opened. Channels stay the centre's: no revision of its own is written."""
    return BodyPlan(
        code=given["code"], kind=TenantKind.SUB_CENTRE, city_code=centre.code, parent_code=centre.code, name_zh=given["name_zh"],
        short_name_zh=given["short_name_zh"], legal_entity_zh=given["legal_entity_zh"], build_mode=given["build_mode"],
        own_app=False, fictional=centre.fictional, consolidates_into=centre.code, contact_zh="", plug_state=None,
        plug_reason_zh=given["reason_zh"], units=(),
        staff=(StaffPlan(given["admin_user"], given["admin_name_zh"], role_name(), None, (ADMIN_ROLE,)),),
        channels={}, catalogue=CataloguePlan(None, ()), budget=BudgetPlan(given["sms_monthly"], given["allowance_fen"]),
        figures=(), notes=(),
    )  # fmt: skip


def _describe(session: TenantSession, payload: Mapping[str, Any]) -> Difference:
    given = PlugInIn().load(payload)
    centre, _ = centre_of(session)
    if any(tenant.code == given["code"] for tenant in tenants.tree(session)):
        raise CodeTaken
    if session.scalar(select(func.k.codes_retired(session.tenant_id, array([given["code"]], type_=String)))):
        raise CodeRetired
    shown = {
        "机构代码": given["code"], "名称": given["name_zh"], "法人单位": given["legal_entity_zh"],
        "建设方式": BUILD_MODE_ZH[given["build_mode"]], "暂不接入的理由": given["reason_zh"],
        "首个岗位": f"{given['admin_name_zh']}（{given['admin_user']}）：{role_name()}",
        "每月短信计划": f"{given['sms_monthly']:,} 条",
    }  # fmt: skip
    lines = tuple(Line(label, "", text) for label, text in shown.items() if text)
    consequences = (
        f"开通独立空间：其数据对{centre.short_name_zh}不可见，只提供汇总。",
        "立即沿用中心的服务事项与渠道，可在中心限定的范围内调整。",
        "机构代码一经使用不再分配给其他机构。",
    )
    return Difference(f"{given['name_zh']} 接入", "sub_centre", given["code"], lines, consequences)


def _apply(session: TenantSession, execution: Execution) -> None:
    """Open the tenant now, under the approval; a job fills it."""
    given = PlugInIn().load(execution.payload)
    centre, _ = centre_of(session)
    new = NewTenant(
        uuid7(), given["code"], centre.id, TenantKind.SUB_CENTRE, given["name_zh"], given["short_name_zh"],
        independent=True, fictional=centre.fictional,
    )  # fmt: skip
    try:
        tenants.open_tenant(session, new)
    except IntegrityError:
        raise CodeTaken from None
    payload = {"sub_centre_id": str(new.id), "change_id": str(execution.change_id)}
    enqueue(session, PLUG_JOB, payload, key=str(execution.change_id))


def fill(places: Places, centre_id: UUID, sub_centre_id: UUID, given: Mapping[str, Any]) -> int:
    """Profile, first post, budget; then into use, and word to the province. Returns rows written; may be repeated."""
    with places.inside(centre_id, read_only=True) as session:
        centre, _ = centre_of(session)
        province_id = next(t.id for t in tenants.tree(session) if t.kind == TenantKind.PROVINCE)
    body = body_of(centre, PlugInIn().load(given))
    written = 0
    with places.alone_in(sub_centre_id) as session:
        for step in room_steps():
            written += step.run(session, body)
        if written:
            session.audit("onboarding.plugged_in", "tenant", body.code, f"{body.name_zh} 接入", rows=written)
    with places.alone_in(centre_id) as session:
        if tenants.set_status(session, sub_centre_id, TenantStatus.ACTIVE):
            publish(session, _joined(province_id, sub_centre_id, body))
            session.audit("onboarding.plugged_in", "tenant", body.code, f"{body.name_zh} 已接入本中心平台")
            written += 1
    return written


def _joined(province_id: UUID, sub_centre_id: UUID, body: BodyPlan) -> SubCentreJoined:
    return SubCentreJoined(
        province_id, sub_centre_id, body.code, body.city_code, body.name_zh, body.short_name_zh, body.legal_entity_zh,
        body.build_mode, body.plug_reason_zh, str(TenantStatus.ACTIVE), str(int(body.fictional)),
        sum(body.channels.values()), len(body.channels), body.budget.sms_monthly, body.budget.allowance_fen,
    )  # fmt: skip


def state_zh(*, build_mode: str, status: str, reason_zh: str) -> str:
    """The computed flag in words."""
    reason = "" if build_mode == "self_built" else reason_zh
    code = plug_state(independent=True, build_mode=build_mode, status=status, exempt_reason_zh=reason)
    return PLUG_STATE_ZH[str(code)]


PLUG_IN = register(
    GuardedKind(
        "onboarding.plug_in",
        "分中心接入",
        Permission.SUBCENTRE_PLUG,
        Permission.GRANT_CHECK,
        _describe,
        _apply,
    )
)
