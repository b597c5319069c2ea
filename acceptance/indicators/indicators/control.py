"""Four eyes, separated duties, a log that can't be rewritten, sub-centres that use their city's platform (N3, N4, N7, G7, G16)."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import func, or_, select, union_all

from acceptance.indicators.indicators.reading import Reading
from acceptance.indicators.policy import (
    EVERYWHERE,
    Group,
    NotEnoughData,
    Outcome,
    Value,
    Window,
    indicator,
    months_back,
    share,
)
from kernel.approvals.models import ChangeRequest, ChangeState
from kernel.audit.models import AuditEvent
from kernel.audit.state import chain_state
from kernel.calendar import clock
from kernel.identity.models import RoleGrant
from kernel.permissions.data import roles
from tenants.catalogue.models import ServiceItemRevision
from tenants.channels.models import ChannelRevision, ItemSwitch
from tenants.registry import queries as registry
from tenants.registry.models import BuildMode, PlugState, RegisteredCentre

RETENTION_MONTHS = 6


@indicator(
    "maker_checker_coverage", "四类操作双人复核率", Group.PREPARATION, "N4;G7",
    "经他人审核后生效的操作数 ÷ 生效的操作总数。操作指事项发布与增删、渠道启停、事项启停、渠道参数修改；入驻清单的首次配置另有审批，不计入",
    Window.MONTHS_12, checkpoint="A07.1",
)  # fmt: skip
def maker_checker_coverage(reading: Reading) -> Outcome:
    """Every row that took effect against the change request that made it, and the two people on it."""
    mine, span = reading.session.tenant_id, reading.span
    made = [
        select(table.change_id.label("change_id")).where(
            table.tenant_id == mine, func.date(table.published_at) >= span.first, *extra
        )
        for table, extra in (
            (ServiceItemRevision, (ServiceItemRevision.origin == "change",)),
            (ChannelRevision, (ChannelRevision.origin == "change",)),
            (ItemSwitch, ()),
        )
    ]
    done = union_all(*made).subquery()
    checked = (
        (ChangeRequest.state == ChangeState.EXECUTED)
        & (ChangeRequest.checker_person_id.is_not(None))
        & (ChangeRequest.checker_person_id != ChangeRequest.maker_person_id)
    )
    row = reading.session.execute(
        select(func.count().label("all"), func.count().filter(checked).label("checked"))
        .select_from(done)
        .outerjoin(ChangeRequest, (ChangeRequest.tenant_id == mine) & (ChangeRequest.id == done.c.change_id))
    ).one()
    return share(int(row.checked), int(row.all), "近12个月没有生效的受控操作")


@indicator(
    "role_separation_conflict_count", "互斥岗位兼任次数", Group.PREPARATION, "N4;G7",
    "现行授权中同一人兼任互斥岗位的次数", Window.NOW, checkpoint="A07.3", unit_zh="次", places=EVERYWHERE,
)  # fmt: skip
def role_separation_conflict_count(reading: Reading) -> Outcome:
    """The database refuses two of the three officers; the other exclusions of the role list are counted here."""
    held = _held(reading)
    if not held:
        return NotEnoughData("还没有岗位授权")
    apart = {r["code"]: set(str(r["exclusive_with"]).split(";")) - {""} for r in roles()}
    pairs = sum(
        len({tuple(sorted((a, b))) for a in mine for b in mine if b in apart.get(a, ())})
        for mine in held.values()
    )
    return Value(Decimal(pairs), len(held))


@indicator(
    "officer_posts_separated", "系统、安全、审计三员到位数", Group.SECURITY, "N4;N7;G7",
    "由不同人员担任的系统管理员、安全管理员、安全审计员岗位数，共 3 个", Window.NOW, unit_zh="个", places=EVERYWHERE,
)  # fmt: skip
def officer_posts_separated(reading: Reading) -> Outcome:
    """Each of the three needs somebody of its own."""
    held = _held(reading)
    if not held:
        return NotEnoughData("还没有岗位授权")
    officers = {"system_officer", "security_officer", "audit_officer"}
    alone = {role for mine in held.values() if len(mine & officers) == 1 for role in mine & officers}
    return Value(Decimal(len(alone)), len(held))


def _held(reading: Reading) -> dict[object, set[str]]:
    rows = reading.session.execute(
        select(RoleGrant.person_id, RoleGrant.role_code).where(
            RoleGrant.revoked_at.is_(None),
            or_(RoleGrant.valid_to.is_(None), RoleGrant.valid_to > clock.now()),
        )
    )
    held: dict[object, set[str]] = {}
    for row in rows:
        held.setdefault(row.person_id, set()).add(row.role_code)
    return held


@indicator(
    "audit_chain_verified", "操作日志防篡改校验", Group.SECURITY, "N7;G16",
    "重新核对日志链、签名检查点和本机构留存的副本，全部一致为 100%，发现问题为 0%", Window.NOW, checkpoint="D16.4",
    places=EVERYWHERE,
)  # fmt: skip
def audit_chain_verified(reading: Reading) -> Outcome:
    """Checked anew each time it is asked for."""
    state = chain_state(reading.session)
    if state.problems:
        return Value(Decimal(0), state.size, 0, note_zh="".join(state.problems[:3]))
    if not state.verified:
        return NotEnoughData("日志还没有签名的检查点")
    return Value(Decimal(100), state.covered, state.covered)


@indicator(
    "log_retention_months", "操作日志留存月数", Group.SECURITY, "N7;G16",
    "最早一条可用日志距今的整月数；上线不足 6 个月的，说明自上线以来是否完整", Window.NOW, checkpoint="D16.3",
    unit_zh="个月", places=EVERYWHERE,
)  # fmt: skip
def log_retention_months(reading: Reading) -> Outcome:
    """Whether the first entry is still there tells a young log from a shortened one."""
    first = reading.session.execute(
        select(AuditEvent.seq, AuditEvent.at).order_by(AuditEvent.seq).limit(1)
    ).first()
    if first is None:
        return NotEnoughData("还没有操作日志")
    began = first.at.astimezone(clock.LOCAL).date()
    months = 0
    while months < 240 and months_back(reading.on, months + 1) >= began:
        months += 1
    if months < RETENTION_MONTHS and first.seq == 1:
        return NotEnoughData(f"上线不足 6 个月，日志自 {began} 上线以来完整留存", months, RETENTION_MONTHS)
    return Value(Decimal(months), months)


@indicator(
    "subcentre_plugged_share", "独立分中心接入率", Group.MANAGEMENT, "N3",
    "已接入并使用所在城市中心服务平台的独立分中心数 ÷ 应接入的独立分中心数；省级同意不接入的不计入", Window.NOW,
    places=("province", "centre"),
)  # fmt: skip
def subcentre_plugged_share(reading: Reading) -> Outcome:
    """The province goes by its register, a centre by the sub-centres below it."""
    nothing = "没有应接入的独立分中心"
    if reading.tenant.kind == "province":
        rows = reading.session.scalars(
            select(RegisteredCentre.plug_state).where(RegisteredCentre.kind == "sub_centre")
        ).all()
        due = [state for state in rows if state != PlugState.EXEMPT]
        return share(sum(state == PlugState.PLUGGED_IN for state in due), len(due), nothing)
    below = [t for t in reading.around if t.parent_id == reading.tenant.id and not t.rehearsal]
    return share(sum(t.status == "active" for t in below), len(below), nothing)


@indicator(
    "build_mode_in_progress", "服务平台尚在建设", Group.VETO, "N8",
    "建设方式登记为在建的计 1，否则计 0；在建的不予受理验收申请", Window.NOW, checkpoint="V8", unit_zh="项",
)  # fmt: skip
def build_mode_in_progress(reading: Reading) -> Outcome:
    """V8 is a condition of admission, no verdict."""
    found = registry.profile(reading.session)
    if found is None:
        return NotEnoughData("还没有登记机构概况")
    return Value(Decimal(found.build_mode == BuildMode.IN_PROGRESS), 1)
