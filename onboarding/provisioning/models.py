"""In the province tenant: manifests as they came, approved runs, and how far each has got."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db.model import Base, Own, tenant_fk, utc_now


class RunKind(StrEnum):
    """What an approved run does."""

    APPLY = "apply"
    UNDO = "undo"


class RunState(StrEnum):
    """How far it is."""

    APPROVED = "approved"
    RUNNING = "running"
    DONE = "done"


RUN_KIND_ZH = {RunKind.APPLY: "入驻", RunKind.UNDO: "撤销入驻"}
RUN_STATE_ZH = {RunState.APPROVED: "已批准，等待执行", RunState.RUNNING: "正在执行", RunState.DONE: "已完成"}


class OnboardingManifest(Own, Base):
    """A signed manifest, byte for byte; never changed."""

    __tablename__ = "onboarding_manifest"
    __rights__ = ("select", "insert")
    __table_args__ = (
        CheckConstraint("body_hash = sha256(body)", name="hash"),
        CheckConstraint("octet_length(public_key) = 32 and octet_length(signature) = 64", name="signature"),
        Index("ix_onboarding_manifest_code", "tenant_id", "code"),
    )

    code: Mapped[str]
    name_zh: Mapped[str]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    body_hash: Mapped[bytes] = mapped_column(LargeBinary)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    signature: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[datetime] = mapped_column(default=utc_now)


class OnboardingRun(Own, Base):
    """One approved application of a manifest, or the undoing of a city. Exists only under its change request."""

    __tablename__ = "onboarding_run"
    __rights__ = ("select", "insert", "update")
    __table_args__ = (
        UniqueConstraint("tenant_id", "change_id", name="uq_onboarding_run_tenant_id"),
        tenant_fk("manifest_id", "onboarding_manifest", name="fk_onboarding_run_manifest"),
        tenant_fk("change_id", "change_request", name="fk_onboarding_run_change"),
        CheckConstraint("kind in ('apply', 'undo')", name="kind"),
        CheckConstraint("state in ('approved', 'running', 'done')", name="state"),
        CheckConstraint("(state = 'done') = (finished_at is not null)", name="finished"),
        Index("ix_onboarding_run_code", "tenant_id", "code"),
        Index("ix_onboarding_run_manifest", "tenant_id", "manifest_id"),
    )

    manifest_id: Mapped[UUID]
    change_id: Mapped[UUID]
    code: Mapped[str]
    name_zh: Mapped[str]
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(default=RunState.APPROVED)
    maker_zh: Mapped[str]
    checker_zh: Mapped[str]
    approved_at: Mapped[datetime]
    finished_at: Mapped[datetime | None] = mapped_column(default=None)
    differences: Mapped[int | None] = mapped_column(default=None)
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)


class OnboardingStep(Own, Base):
    """One step of a run: done in one transaction of one tenant."""

    __tablename__ = "onboarding_step"
    __unaudited__ = (
        "progress of an approved run: each step is audited in the tenant that it changed, the run at its end"
    )
    __table_args__ = (
        UniqueConstraint("tenant_id", "run_id", "position", name="uq_onboarding_step_tenant_id"),
        tenant_fk("run_id", "onboarding_run", name="fk_onboarding_step_run"),
        Index("ix_onboarding_step_run", "tenant_id", "run_id"),
    )

    run_id: Mapped[UUID]
    position: Mapped[int]
    name: Mapped[str]
    title_zh: Mapped[str]
    place_code: Mapped[str]
    place_zh: Mapped[str]
    written: Mapped[int | None] = mapped_column(default=None)
    done_at: Mapped[datetime | None] = mapped_column(default=None)
