"""Thirteen synthetic months for fictional bodies (decision D38), handed up to the province through the queue."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import date
from uuid import UUID

from acceptance.facts import queries
from acceptance.facts.models import Measure
from acceptance.facts.policy import MONTHS, months_before
from acceptance.facts.seed import seed_history
from app.story.entering import tenant_of
from app.story.stage import Stage
from app.story.step import Step, prove
from kernel.calendar import clock
from kernel.db import TenantSession
from kernel.db.roles import Login

VISITS = {"C99010": 4_200, "C99011": 650, "C99020": 3_100, "C99040": 1_900}
"""An ordinary working day's visits over all channels; invented, like the bodies."""


def write_history(stage: Stage) -> str:
    """Facts of each body inside its tenant; sums at the province once the worker has carried them over."""
    province = stage.installation.province_id(Login.WEB)
    rows = 0
    for code, visits in VISITS.items():
        with _inside(stage, tenant_of(stage, code).id) as session:
            rows += seed_history(session, province, code, visits)
    first, _end = months_before(clock.today())
    ids = {tenant_of(stage, code).id: code for code in VISITS}
    arrived = stage.eventually(lambda: _received(stage, province, first, set(ids)))
    prove(arrived, "省级没有收齐各机构的合计数")
    for tenant_id, code in ids.items():
        prove(
            _own(stage, tenant_id, first) == _received(stage, province, first, set(ids)).get(tenant_id),
            f"{code} 的合计数与本机构不一致",
        )
    return f"{len(VISITS)} 个虚构机构写入 {MONTHS} 个月 {rows:,} 条，合计数经队列送达省级且一致"


def _own(stage: Stage, tenant_id: UUID, first: date) -> int:
    with _inside(stage, tenant_id, read_only=True) as session:
        return sum(queries.totals(queries.monthly(session, first), Measure.VISITS).values())


def _received(stage: Stage, province: UUID, first: date, wanted: set[UUID]) -> dict[UUID, int]:
    """Sum of visits by body at the province; empty until every body's every month is there."""
    with _inside(stage, province, read_only=True) as session:
        rows = [r for r in queries.province_months(session, first) if r.measure == Measure.VISITS]
    sums: dict[UUID, int] = {}
    for row in rows:
        sums[row.subject_id] = sums.get(row.subject_id, 0) + int(row.value)
    return sums if set(sums) >= wanted and len(rows) >= len(wanted) * MONTHS else {}


def _inside(
    stage: Stage, tenant_id: UUID, *, read_only: bool = False
) -> AbstractContextManager[TenantSession]:
    installation = stage.installation
    scope = installation.scope(tenant_id, "system:story")
    return installation.database(Login.WEB).tenant_tx(scope, read_only=read_only)


STEPS = (Step("history.write", "虚构机构的运行历史逐月上报", write_history),)
