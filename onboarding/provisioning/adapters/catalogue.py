"""The service items: the province's template is inherited, only what differs is written (tenants.catalogue)."""

from __future__ import annotations

from collections.abc import Sequence

from kernel.db import TenantSession
from onboarding.manifests.service import BodyPlan
from onboarding.provisioning.policy import PlanLine, compare
from tenants.catalogue import seed


class CatalogueStep:
    """Adopts the template; `only` and `local` of the manifest become local revisions."""

    name = "catalogue"
    title_zh = "服务事项"

    def compare(self, session: TenantSession | None, body: BodyPlan) -> Sequence[PlanLine]:
        missing = 1 if session is None else self.run(session, body)
        return [compare(body.short_name_zh, "服务事项", "" if missing else _words(body), _words(body))]

    def run(self, session: TenantSession, body: BodyPlan) -> int:
        local = [seed.LocalItem(code, changes) for code, changes in body.catalogue.local]
        return seed.adopt(session, codes=body.catalogue.only, local=local)


def put_template(session: TenantSession) -> int:
    """The province's template, before the first centre joins; returns how many items were new."""
    return seed.seed_province_template(session)


def _words(body: BodyPlan) -> str:
    plan = body.catalogue
    kept = "全部沿用" if plan.only is None else f"沿用 {len(plan.only)} 项"
    own = f"，本地调整 {len(plan.local)} 项" if plan.local else ""
    return f"{kept}上级事项清单{own}"
