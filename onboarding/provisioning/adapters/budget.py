"""SMS plan and allowance of a body (billing_budget.budgets). The room's seed takes an object with `sms_monthly` and `allowance_fen`."""

from __future__ import annotations

import importlib
from collections.abc import Sequence

from kernel.db import TenantSession
from onboarding.manifests.service import BodyPlan
from onboarding.provisioning.policy import PlanLine, compare

SEED = "billing_budget.budgets.seed"


class BudgetStep:
    """First plan of the year; later plans are the centre's own changes."""

    name = "budget"
    title_zh = "短信计划与额度"

    def compare(self, session: TenantSession | None, body: BodyPlan) -> Sequence[PlanLine]:
        missing = 1 if session is None else self.run(session, body)
        return [compare(body.short_name_zh, self.title_zh, "" if missing else _words(body), _words(body))]

    def run(self, session: TenantSession, body: BodyPlan) -> int:
        return int(importlib.import_module(SEED).seed_budget(session, body.budget) or 0)


def _words(body: BodyPlan) -> str:
    yuan, fen = divmod(body.budget.allowance_fen, 100)
    return f"每月 {body.budget.sms_monthly:,} 条，年度额度 {yuan:,}.{fen:02d} 元"
