"""A centre's own time limit for a kind, under four eyes. What is open keeps the limit of its day of receipt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel.approvals.kinds import Difference, Execution, GuardedKind, Line, register
from kernel.calendar import clock
from kernel.db import TenantSession
from kernel.errors import Invalid
from kernel.permissions import Permission
from tenants.work_orders import queries
from tenants.work_orders.models import WorkOrderLimit
from tenants.work_orders.policy.limits import UNIT_ZH, Limit, defaults
from tenants.work_orders.policy.words import KIND_ZH

LONGEST = 90


def describe(session: TenantSession, payload: Mapping[str, Any]) -> Difference:
    """Payload: kind, value, unit. Raises Invalid."""
    kind, value, unit = payload["kind"], payload["value"], payload["unit"]
    if kind not in defaults():
        raise Invalid(fields={"kind": ["请选择类别。"]})
    if not isinstance(value, int) or not 1 <= value <= LONGEST or unit not in UNIT_ZH:
        raise Invalid(fields={"value": [f"请填写 1 至 {LONGEST} 的天数。"]})
    before, after = queries.limit_of(session, kind), Limit(value, unit)
    same = (before.value, before.unit) == (value, unit)
    lines = () if same else (Line("答复时限", before.words_zh, after.words_zh),)
    return Difference(
        f"调整{KIND_ZH[kind]}的答复时限", "work_order_limit", kind, lines,
        ("批准后提交的工单按新时限计算，此前提交的工单时限不变。",),
    )  # fmt: skip


def apply(session: TenantSession, execution: Execution) -> None:
    """The centre's decision, from now on."""
    given = execution.payload
    session.add(
        WorkOrderLimit(
            kind=given["kind"], value=given["value"], unit=given["unit"],
            change_id=execution.change_id, decided_at=clock.now(),
        )
    )  # fmt: skip


LIMIT = register(
    GuardedKind(
        "work_orders.limit",
        "工单答复时限",
        Permission.SETTINGS_EDIT,
        Permission.SETTINGS_CHECK,
        describe,
        apply,
    )
)
