"""Applying for acceptance: admission is computed, the sheet is frozen and handed over; then it follows what the province says."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from acceptance.assessments import queries
from acceptance.assessments.errors import NotAdmitted, OwnFilling
from acceptance.assessments.events import ApplicationSent
from acceptance.assessments.models import AcceptancePackage, Assessment, PackageKind, Stage
from acceptance.assessments.policy.admission import Condition, admitted
from acceptance.assessments.queries import Sheet, SheetItem
from acceptance.assessments.service.filling import OBJECT, editable
from acceptance.assessments.service.packages import description, send
from acceptance.standards.policy import plain
from kernel.calendar import clock
from kernel.db import TenantSession
from kernel.identity.actor import Actor
from kernel.storage.models import StoredFile
from kernel.tenancy import tenants
from kernel.tenancy.tenants import Tenant
from tenants.registry import queries as registry


def apply(session: TenantSession, actor: Actor, assessment_id: UUID) -> AcceptancePackage:
    """Hand the sheet over to the province as an application. Raises NotEditable, OwnFilling, NotAdmitted."""
    row = editable(session, assessment_id)
    if actor.person_id in queries.fillers(session, row.id) or actor.person_id == row.last_filled_by_person_id:
        raise OwnFilling
    whole = queries.sheet(session, row)
    conditions = queries.conditions(session, whole)
    if not admitted(conditions):
        raise NotAdmitted
    around = {tenant.id: tenant for tenant in tenants.tree(session)}
    province = next(tenant for tenant in around.values() if tenant.kind == "province")
    row.round, row.state, row.state_since = row.round + 1, Stage.APPLIED, clock.now()
    row.submitted_by_person_id, row.submitted_by_name, row.submitted_at = (
        actor.person_id,
        actor.name,
        clock.now(),
    )
    row.due_on, row.message_zh = None, ""
    package = send(
        session, ApplicationSent, target_id=province.id, subject_id=session.tenant_id, assessment_id=row.id,
        kind=PackageKind.APPLICATION, content=_content(session, whole, conditions, around[session.tenant_id]),
    )  # fmt: skip
    row.package_id = package.package_id
    session.audit(
        "assessments.applied", OBJECT, row.id, f"提交第 {row.number} 次自评的验收申请，自评合计 {plain(whole.total)} 分",
        hash=package.body_hash.hex(), reference=str(package.package_id),
    )  # fmt: skip
    return package


def follow(
    session: TenantSession,
    assessment_id: UUID,
    *,
    step: int,
    state: str,
    at: str,
    due_on: str | None,
    message_zh: str,
) -> bool:
    """In the centre: go where the province went. False for an older word that comes late. The caller audits."""
    done = session.execute(
        update(Assessment)
        .where(Assessment.id == assessment_id, Assessment.step < step)
        .values(
            step=step, state=state, state_since=datetime.fromisoformat(at),
            due_on=date.fromisoformat(due_on) if due_on else None, message_zh=message_zh,
        )
        .returning(Assessment.id)
        .execution_options(synchronize_session=False)
    ).first()  # fmt: skip
    return done is not None


def _content(
    session: TenantSession, whole: Sheet, conditions: list[Condition], own: Tenant
) -> dict[str, Any]:
    row, profile = whole.row, registry.profile(session)
    fictional = own.fictional or (profile is not None and profile.fictional)
    files = {
        one.id: one
        for one in session.scalars(
            select(StoredFile).where(StoredFile.id.in_([f.file_id for item in whole.items for f in item.files]))
        )
    }  # fmt: skip
    return {
        "subject": {
            "code": own.code, "name_zh": own.name_zh, "kind": own.kind, "fictional": fictional,
            "build_mode": profile.build_mode if profile is not None else "",
        },
        "standard": {
            "id": str(row.standard_id), "number": row.standard_number, "name_zh": whole.standard.version.name_zh,
        },
        "round": row.round, "number": row.number, "measured_on": row.measured_on.isoformat(),
        "filled_by": sorted({item.entry.filled_by_name for item in whole.items if item.entry is not None}),
        "submitted_by": row.submitted_by_name,
        "self_total": plain(whole.total), "earned": plain(whole.earned), "measured": plain(whole.measured),
        "items": [_item(item, files) for item in whole.items],
        "vetoes": row.vetoes,
        "admission": [vars(condition) for condition in conditions],
        "staff": [str(person) for person in queries.staff(session)],
    }  # fmt: skip


def _item(item: SheetItem, files: dict[UUID, StoredFile]) -> dict[str, Any]:
    entry, ceiling = item.entry, item.ceiling
    return {
        "code": item.item.code, "title_zh": item.item.title_zh, "dimension_zh": item.item.dimension_zh,
        "points": plain(item.item.points), "earned": plain(ceiling.earned), "measured": plain(ceiling.measured),
        "self_score": plain(entry.self_score) if entry is not None else None,
        "note_zh": entry.note_zh if entry is not None else "",
        "version": entry.number if entry is not None else 0,
        "filled_by": entry.filled_by_name if entry is not None else "",
        "checks": list(item.checks),
        "files": [
            description(
                files[file.file_id], file.title_zh, paper=file.kind,
                issued_on=file.issued_on.isoformat() if file.issued_on is not None else None,
            )
            for file in item.files
        ],
    }  # fmt: skip
