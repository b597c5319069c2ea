"""A new province starts with the first version of the standard."""

from __future__ import annotations

from acceptance.standards.seed import seed_standard
from kernel.db import TenantSession
from kernel.events import on
from onboarding.provisioning.events import ProvinceSettled


@on(ProvinceSettled)
def province_settled(session: TenantSession, _event: ProvinceSettled) -> None:
    """Once: a version that is there already stays."""
    if seed_standard(session):
        session.audit("standards.seeded", "acceptance_standard", "1", "导入评估验收标准第1版")
