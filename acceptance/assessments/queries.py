"""Rows of self-assessments and packages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from acceptance.assessments.errors import AssessmentNotFound, ItemNotFound
from acceptance.assessments.models import (
    AcceptancePackage,
    Assessment,
    AssessmentEntry,
    AssessmentFile,
    FileKind,
    PackageFile,
    PackageKind,
    Stage,
)
from acceptance.assessments.policy import packages, scoring
from acceptance.assessments.policy.admission import Condition, Facts, admission
from acceptance.construction import queries as construction
from acceptance.standards import queries as standards
from acceptance.standards.models import StandardItem
from acceptance.standards.queries import Standard
from kernel.calendar import clock
from kernel.db import TenantSession
from kernel.errors import NotFound
from kernel.identity.models import Membership, MembershipState
from tenants.registry import queries as registry


@dataclass(frozen=True)
class SheetItem:
    """One item of a sheet: what the standard wants, what was measured, the newest saved version, its files."""

    item: StandardItem
    checks: Sequence[dict[str, Any]]
    entry: AssessmentEntry | None
    files: Sequence[AssessmentFile]

    @property
    def ceiling(self) -> scoring.Ceiling:
        """How the points divide."""
        return scoring.ceiling(self.item.points, self.checks)

    @property
    def unproved(self) -> bool:
        """Whether more is claimed than was measured without a file or without a word."""
        claimed = self.entry is not None and self.entry.self_score > self.ceiling.earned
        return claimed and not (self.files and self.entry is not None and self.entry.note_zh.strip())


@dataclass(frozen=True)
class Sheet:
    """A whole self-assessment: five statements."""

    row: Assessment
    standard: Standard
    items: Sequence[SheetItem]

    def item(self, code: str) -> SheetItem:
        """One item. Raises ItemNotFound."""
        found = next((item for item in self.items if item.item.code == code), None)
        if found is None:
            raise ItemNotFound
        return found

    @property
    def total(self) -> Decimal:
        """The self score so far."""
        return sum((i.entry.self_score for i in self.items if i.entry is not None), Decimal(0))

    @property
    def earned(self) -> Decimal:
        """Points by computation alone."""
        return sum((i.ceiling.earned for i in self.items), Decimal(0))

    @property
    def measured(self) -> Decimal:
        """Points that computation decided."""
        return sum((i.ceiling.measured for i in self.items), Decimal(0))

    @property
    def filled(self) -> int:
        """Items with a score."""
        return sum(i.entry is not None for i in self.items)


def history(session: TenantSession) -> Sequence[Assessment]:
    """All of this tenant's, newest first."""
    return session.scalars(select(Assessment).order_by(Assessment.number.desc())).all()


def assessment(session: TenantSession, assessment_id: UUID, *, lock: bool = False) -> Assessment:
    """One of them. Raises AssessmentNotFound."""
    statement = select(Assessment).where(Assessment.id == assessment_id)
    found = session.scalar(statement.with_for_update() if lock else statement)
    if found is None:
        raise AssessmentNotFound
    return found


def open_one(session: TenantSession) -> Assessment | None:
    """The one that is not concluded."""
    return session.scalar(select(Assessment).where(Assessment.state != Stage.CONCLUDED))


def sheet(session: TenantSession, row: Assessment) -> Sheet:
    """Everything on the sheet, by the standard it began with."""
    standard = standards.whole(session, standards.version(session, row.standard_id))
    entries = {e.item_code: e for e in session.scalars(_newest(row.id))}
    held: dict[str, list[AssessmentFile]] = {}
    for file in session.scalars(files_of(row.id)):
        held.setdefault(file.item_code, []).append(file)
    items = [
        SheetItem(item, row.measured.get(item.code, []), entries.get(item.code), held.get(item.code, []))
        for item in standard.items
    ]
    return Sheet(row, standard, items)


def entries(session: TenantSession, assessment_id: UUID, item_code: str) -> Sequence[AssessmentEntry]:
    """Every saved version of one item, newest first."""
    statement = select(AssessmentEntry).where(
        AssessmentEntry.assessment_id == assessment_id, AssessmentEntry.item_code == item_code
    )
    return session.scalars(statement.order_by(AssessmentEntry.number.desc())).all()


def fillers(session: TenantSession, assessment_id: UUID) -> set[UUID]:
    """Everybody who saved something on the sheet."""
    statement = select(AssessmentEntry.filled_by_person_id).where(
        AssessmentEntry.assessment_id == assessment_id
    )
    return set(session.scalars(statement.distinct()))


def files_of(assessment_id: UUID) -> Select[AssessmentFile]:
    """Files on the sheet, oldest first."""
    return (
        select(AssessmentFile)
        .where(AssessmentFile.assessment_id == assessment_id, AssessmentFile.removed_at.is_(None))
        .order_by(AssessmentFile.attached_at, AssessmentFile.id)
    )


def file(session: TenantSession, assessment_id: UUID, row_id: UUID) -> AssessmentFile:
    """One file of a sheet. Raises NotFound."""
    found = session.scalar(files_of(assessment_id).where(AssessmentFile.id == row_id))
    if found is None:
        raise NotFound
    return found


def conditions(session: TenantSession, whole: Sheet) -> list[Condition]:
    """Admission as it is now: three statements."""
    today, profile = clock.today(), registry.profile(session)
    plan = construction.plan(session)
    done = construction.progress(session, today).tasks_done if plan is not None else None
    reports = [
        file.issued_on
        for item in whole.items
        for file in item.files
        if file.kind == FileKind.EVALUATION_REPORT and file.issued_on is not None
    ]
    return admission(
        Facts(
            profile.build_mode if profile is not None else None, done, whole.row.plan_note_zh, _newest_report(reports, today), today,
            len(whole.items), whole.filled, [i.item.code for i in whole.items if i.unproved], whole.total,
            [veto["condition_zh"] for veto in whole.row.vetoes if veto["state"] == "alarm" and veto["code"] != "V8"],
        )
    )  # fmt: skip


def staff(session: TenantSession) -> list[UUID]:
    """Everybody with a post here: none of them may judge this body."""
    statement = select(Membership.person_id).where(Membership.state == MembershipState.ACTIVE)
    return sorted(session.scalars(statement.distinct()))


def package(session: TenantSession, package_id: UUID) -> AcceptancePackage:
    """One package. Raises NotFound."""
    found = session.scalar(select(AcceptancePackage).where(AcceptancePackage.package_id == package_id))
    if found is None:
        raise NotFound
    return found


def packages_of(session: TenantSession, assessment_id: UUID) -> Sequence[AcceptancePackage]:
    """All packages about one assessment, oldest first."""
    statement = select(AcceptancePackage).where(AcceptancePackage.assessment_id == assessment_id)
    return session.scalars(statement.order_by(AcceptancePackage.made_at, AcceptancePackage.id)).all()


def newest_content(session: TenantSession, assessment_id: UUID, kind: PackageKind) -> dict[str, Any] | None:
    """What the newest package of a kind says; None when there is none."""
    statement = select(AcceptancePackage).where(
        AcceptancePackage.assessment_id == assessment_id, AcceptancePackage.kind == kind
    )
    found = session.scalar(statement.order_by(AcceptancePackage.made_at.desc()).limit(1))
    return None if found is None else packages.thawed(found.body)


def received_files(session: TenantSession, package_ids: Sequence[UUID]) -> Sequence[PackageFile]:
    """Files that packages name, on the receiver's side."""
    statement = select(PackageFile).where(PackageFile.package_id.in_(package_ids))
    return session.scalars(statement.order_by(PackageFile.reference, PackageFile.id)).all()


def received_file(session: TenantSession, row_id: UUID) -> PackageFile:
    """One of them. Raises NotFound."""
    found = session.scalar(select(PackageFile).where(PackageFile.id == row_id))
    if found is None:
        raise NotFound
    return found


def next_number(session: TenantSession) -> int:
    """The number of the next sheet."""
    return (session.scalar(select(func.max(Assessment.number))) or 0) + 1


def _newest(assessment_id: UUID) -> Select[AssessmentEntry]:
    return (
        select(AssessmentEntry)
        .where(AssessmentEntry.assessment_id == assessment_id)
        .ext(distinct_on(AssessmentEntry.item_code))
        .order_by(AssessmentEntry.item_code, AssessmentEntry.number.desc())
    )


def _newest_report(reports: Sequence[date], today: date) -> date | None:
    past = [day for day in reports if day <= today]
    return max(past, default=max(reports, default=None))
