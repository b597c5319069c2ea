"""Which revision of which template counts where: the nearest tenant of the line that says something wins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, cast, column, exists, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased

from kernel.approvals.models import ChangeRequest, ChangeState
from kernel.calendar import clock
from kernel.db import TenantSession
from shared_channels.sms.message_templates.errors import TemplateNotFound
from shared_channels.sms.message_templates.models import SmsTemplate, SmsTemplateDraft, TemplateState

OBJECT_KIND = "sms_template"
Nearest = type[SmsTemplate]


def nearest(session: TenantSession, *, above: bool = False) -> Nearest:
    """An alias of the revision that counts for each code, withdrawn ones included; with `above` what the tenant would inherit."""
    mine = SmsTemplate
    newest = select(mine).ext(distinct_on(mine.tenant_id, mine.code))
    newest = newest.order_by(mine.tenant_id, mine.code, mine.number.desc())
    if above:
        newest = newest.where(mine.tenant_id != session.tenant_id)
    each = aliased(mine, newest.subquery("newest"))
    line = cast(select(func.k.cur_line(str(session.scope.role))).scalar_subquery(), ARRAY(Uuid))
    winning = (
        select(each)
        .ext(distinct_on(each.code))
        .where(each.state != TemplateState.INHERITED)
        .order_by(each.code, func.array_position(line, each.tenant_id))
    )
    return aliased(mine, winning.subquery("nearest"))


def template_now(session: TenantSession, code: str) -> SmsTemplate:
    """What counts for one code now, also when it is withdrawn. Raises TemplateNotFound."""
    found = nearest(session)
    row = session.scalar(select(found).where(found.code == code))
    if row is None:
        raise TemplateNotFound
    return row


def inherited_now(session: TenantSession, code: str) -> SmsTemplate | None:
    """What the tenants above publish for one code."""
    found = nearest(session, above=True)
    return session.scalar(select(found).where(found.code == code, found.state == TemplateState.PUBLISHED))


def history(session: TenantSession, code: str, limit: int = 50) -> Sequence[SmsTemplate]:
    """The revisions of one code along the line, newest first."""
    mine = SmsTemplate
    statement = select(mine).where(mine.code == code).order_by(mine.published_at.desc(), mine.id.desc())
    return session.scalars(statement.limit(limit)).all()


def newest_number(session: TenantSession, code: str) -> int:
    """The highest revision number of one code in the acting tenant; 0 when it has none."""
    mine = SmsTemplate
    statement = select(func.max(mine.number)).where(mine.tenant_id == session.tenant_id, mine.code == code)
    return session.scalar(statement) or 0


def draft(session: TenantSession, code: str) -> SmsTemplateDraft | None:
    """The acting tenant's draft of one code."""
    return session.scalar(select(SmsTemplateDraft).where(SmsTemplateDraft.code == code))


def new_drafts(session: TenantSession) -> Sequence[SmsTemplateDraft]:
    """Drafts of codes that are not there yet."""
    mine = SmsTemplateDraft
    return session.scalars(select(mine).where(mine.based_on.is_(None)).order_by(mine.code).limit(50)).all()


def pending_change(session: TenantSession, code: str) -> ChangeRequest | None:
    """The open request about one code."""
    return session.scalar(select(ChangeRequest).where(*_open_about(code)).limit(1))


@dataclass(frozen=True)
class ListFilter:
    """What the list is narrowed to. `state`: local, draft, pending, withdrawn, or empty for all that are published."""

    text: str = ""
    category: str = ""
    state: str = ""


def listed(found: Nearest, wanted: ListFilter, own_tenant: UUID) -> list[Any]:
    """The conditions of a list over `nearest`."""
    withdrawn = wanted.state == "withdrawn"
    rules: list[Any] = [found.state == (TemplateState.WITHDRAWN if withdrawn else TemplateState.PUBLISHED)]
    if wanted.text:
        text = wanted.text
        rules.append(
            or_(
                found.name_zh.contains(text, autoescape=True),
                found.code.contains(text.lower(), autoescape=True),
                found.body_zh.contains(text, autoescape=True),
            )
        )
    if wanted.category:
        rules.append(found.category == wanted.category)
    if wanted.state == "local":
        rules.append(found.tenant_id == own_tenant)
    if wanted.state == "draft":
        mine = SmsTemplateDraft
        rules.append(exists().where(mine.tenant_id == own_tenant, mine.code == found.code))
    if wanted.state == "pending":
        rules.append(exists().where(ChangeRequest.tenant_id == own_tenant, *_open_about(found.code)))
    return rules


def drafts_of(session: TenantSession, codes: Iterable[str]) -> set[str]:
    """Which of these codes have a draft; one query."""
    mine = SmsTemplateDraft
    return set(session.scalars(select(mine.code).where(mine.code.in_(list(codes)))))


def pending_of(session: TenantSession, codes: Iterable[str]) -> set[str]:
    """Which of these codes have an open request; one query."""
    statement = select(ChangeRequest.object_id).where(*_open_about(column("object_id")))
    return set(session.scalars(statement.where(ChangeRequest.object_id.in_(list(codes)))))


def _open_about(code: Any) -> list[Any]:
    return [
        ChangeRequest.object_kind == OBJECT_KIND,
        ChangeRequest.object_id == code,
        ChangeRequest.state == ChangeState.PENDING,
        ChangeRequest.expires_at > clock.now(),
    ]
