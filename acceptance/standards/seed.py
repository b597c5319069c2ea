"""The first version in the province's tenant, from `data/*.csv`; centres inherit it, nothing is copied."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from acceptance.standards import policy, service
from acceptance.standards.models import AcceptanceStandard
from kernel.calendar import clock
from kernel.db import TenantSession

FIRST_DAY = date(2025, 1, 1)
"""Before any history that a demo shows, as the catalogue's template."""

NAME_ZH = "住房公积金综合服务平台评估验收标准"
NOTE_ZH = "检查内容依据通知、工作指引和建设导则；分值、达标值和否决情形为本平台默认值，可由省级修改，不是官方评分标准。"


def seed_standard(session: TenantSession, effective_on: date = FIRST_DAY) -> bool:
    """Publish version 1 in the province, once. False when there was a version already. The caller audits."""
    mine = select(AcceptanceStandard.id).where(AcceptanceStandard.tenant_id == session.tenant_id)
    if session.scalar(mine.limit(1)) is not None:
        return False
    first = AcceptanceStandard(
        number=1,
        name_zh=NAME_ZH,
        effective_on=effective_on,
        origin="seed",
        note_zh=NOTE_ZH,
        published_at=clock.now(),
    )
    service.store(session, first, policy.default_content())
    return True
