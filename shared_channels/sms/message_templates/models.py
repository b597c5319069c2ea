"""Published templates, which never change, and drafts, which nobody else sees."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db.model import Base, Inherited, Own, tenant_fk, utc_now


class SmsCategory(StrEnum):
    """What a message is for (12329 guideline: 身份验证, 业务通知, 信息查询, 政策宣传). It decides the lane in the queue."""

    OTP = "OTP"
    NOTICE = "NOTICE"
    QUERY_REPLY = "QUERY_REPLY"
    POLICY = "POLICY"


class TemplateState(StrEnum):
    """What a revision says about its code in its tenant and below. `inherited` gives the code back to the tenant above."""

    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    INHERITED = "inherited"


class SmsTemplate(Inherited, Base):
    """One frozen revision of a template. `variables`: [{key, name_zh, type, max_length}].

    `never_stopped`: it is sent whatever the allowance says (codes, changes of a person's fund).
    """

    __tablename__ = "sms_template"
    __rights__ = ("select", "insert")
    __table_args__ = (
        UniqueConstraint("tenant_id", "code", "number", name="uq_sms_template_number"),
        UniqueConstraint("tenant_id", "change_id", name="uq_sms_template_change"),
        tenant_fk("change_id", "change_request", name="fk_sms_template_change"),
        CheckConstraint("origin in ('template', 'change')", name="origin"),
        CheckConstraint("(origin = 'change') = (change_id is not null)", name="change"),
        CheckConstraint("state in ('published', 'withdrawn', 'inherited')", name="state"),
        CheckConstraint("category in ('OTP', 'NOTICE', 'QUERY_REPLY', 'POLICY')", name="category"),
        CheckConstraint("number > 0", name="numbered"),
        CheckConstraint("body_zh !~ '[【】]'", name="body"),
    )

    code: Mapped[str]
    number: Mapped[int]
    state: Mapped[str] = mapped_column(default=TemplateState.PUBLISHED)
    name_zh: Mapped[str]
    category: Mapped[str]
    never_stopped: Mapped[bool]
    body_zh: Mapped[str]
    variables: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    origin: Mapped[str]
    change_id: Mapped[UUID | None] = mapped_column(default=None)
    published_at: Mapped[datetime]


class SmsTemplateDraft(Own, Base):
    """What an editor of this tenant is writing for one code; deleted when it is published."""

    __tablename__ = "sms_template_draft"
    __table_args__ = (UniqueConstraint("tenant_id", "code", name="uq_sms_template_draft_code"),)

    code: Mapped[str]
    based_on: Mapped[UUID | None] = mapped_column(default=None)
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    editor_person_id: Mapped[UUID]
    editor_name: Mapped[str]
    saved_at: Mapped[datetime] = mapped_column(default=utc_now)
