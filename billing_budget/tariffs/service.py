"""Changing a tariff: a guarded operation of the province, since every centre pays by it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from billing_budget.tariffs import policy, queries
from billing_budget.tariffs.models import SmsTariff
from billing_budget.tariffs.policy import BASIS_ZH, CARRIER_ZH, Basis, Tariff
from kernel.approvals.kinds import Difference, Execution, GuardedKind, Line, register
from kernel.calendar import clock
from kernel.db import TenantSession
from kernel.errors import Invalid
from kernel.permissions import Permission


def describe_tariff(session: TenantSession, payload: Mapping[str, Any]) -> Difference:
    """Payload: carrier, basis, month (`YYYY-MM`), tiers, note. Raises Invalid with the fields that make no sense."""
    wanted = _wanted(session, payload)
    wrong = policy.check(wanted, clock.today(), first_of_carrier=wanted.number == 1)
    if wrong:
        raise Invalid(fields=wrong)
    current = queries.in_month(session, wanted.valid_from).get(wanted.carrier)
    before = _words(current) if current is not None else {}
    after = _words(wanted)
    lines = [
        Line(label, before.get(label, ""), after[label])
        for label in after
        if before.get(label) != after[label]
    ]
    if current is not None and (current.basis, current.tiers) == (wanted.basis, wanted.tiers):
        lines = []
    return Difference(
        f"调整短信资费：{CARRIER_ZH[wanted.carrier]}，自 {wanted.valid_from:%Y-%m} 起",
        "sms_tariff",
        wanted.carrier,
        tuple(lines),
        ("全省各机构自该月起的账单按新资费计算，已出具的账单不变。",),
    )


def apply_tariff(session: TenantSession, execution: Execution) -> None:
    """A new revision of the carrier's tariff."""
    wanted = _wanted(session, execution.payload)
    wrong = policy.check(wanted, clock.today(), first_of_carrier=wanted.number == 1)
    if wrong:  # the month that was asked for may have begun while the change waited
        raise Invalid(fields=wrong)
    session.add(
        SmsTariff(
            carrier=wanted.carrier,
            number=wanted.number,
            basis=wanted.basis,
            valid_from=wanted.valid_from,
            tiers=[vars(tier) for tier in wanted.tiers],
            note_zh=str(execution.payload.get("note", "")),
            origin="change",
            change_id=execution.change_id,
            published_at=clock.now(),
        )  # fmt: skip
    )


def _wanted(session: TenantSession, payload: Mapping[str, Any]) -> Tariff:
    carrier = str(payload["carrier"])
    return Tariff(
        carrier,
        Basis(payload["basis"]),
        queries.newest_number(session, carrier) + 1,
        date.fromisoformat(f"{payload['month']}-01"),
        policy.tiers_of(payload["tiers"]),
    )


def _words(tariff: Tariff) -> dict[str, str]:
    return {
        "计费依据": BASIS_ZH[tariff.basis],
        "单价": policy.tiers_zh(tariff.tiers),
        "执行月份": f"{tariff.valid_from:%Y-%m} 起",
    }


TARIFF = register(
    GuardedKind(
        "tariffs.change",
        "短信资费调整",
        Permission.TARIFF_EDIT,
        Permission.TARIFF_CHECK,
        describe_tariff,
        apply_tariff,
    )
)
