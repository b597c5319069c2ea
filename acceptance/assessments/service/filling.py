"""Opening a sheet, measuring its automatic part, filling it. Every saving is a version of its own; nothing is overwritten."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from acceptance.assessments import queries
from acceptance.assessments.errors import AlreadyOpen, NotEditable, ProvinceDoesNotAssess, SavedMeanwhile
from acceptance.assessments.models import Assessment, AssessmentEntry, AssessmentFile, FileKind
from acceptance.assessments.policy.states import EDITABLE
from acceptance.indicators import service as indicators
from acceptance.indicators.policy import NotEnoughData
from acceptance.indicators.service import Result
from acceptance.standards import queries as standards
from acceptance.standards.models import StandardCheck
from acceptance.standards.policy import MEASURED_BY_ZH, plain
from acceptance.standards.queries import Standard
from kernel.calendar import clock
from kernel.db import TenantSession
from kernel.errors import Invalid
from kernel.identity.actor import Actor
from kernel.tenancy import tenants
from tenants.registry import queries as registry

OBJECT = "assessment"


def open_sheet(session: TenantSession, actor: Actor) -> Assessment:
    """A sheet over the standard in force, its automatic part measured now. Raises AlreadyOpen, StandardNotFound, ProvinceDoesNotAssess."""
    own = next(t for t in tenants.tree(session) if t.id == session.tenant_id)
    if own.kind == "province":
        raise ProvinceDoesNotAssess
    if queries.open_one(session) is not None:
        raise AlreadyOpen
    standard, now = standards.standard_in_force(session), clock.now()
    measured, vetoes = _measured(session, standard)
    row = Assessment(
        number=queries.next_number(session), standard_id=standard.version.id, standard_number=standard.version.number,
        opened_at=now, opened_by_name=actor.name, measured_on=clock.today(), measured=measured, vetoes=vetoes, state_since=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    words = f"启动第 {row.number} 次自评，采用评估标准第 {row.standard_number} 版"
    session.audit("assessments.opened", OBJECT, row.id, words, standard=row.standard_number)
    return row


def measure(session: TenantSession, assessment_id: UUID) -> Assessment:
    """Take the automatic part anew, as of today. Raises NotEditable."""
    row = editable(session, assessment_id)
    standard = standards.whole(session, standards.version(session, row.standard_id))
    row.measured, row.vetoes = _measured(session, standard)
    row.measured_on = clock.today()
    session.audit("assessments.measured", OBJECT, row.id, f"更新第 {row.number} 次自评的实测数据")
    return row


def save_item(
    session: TenantSession,
    actor: Actor,
    assessment_id: UUID,
    item_code: str,
    *,
    self_score: Decimal,
    note_zh: str,
    seen: int,
) -> AssessmentEntry:
    """A new version of one item. `seen`: the number of the version that was on the page, 0 for none.

    Raises NotEditable, ItemNotFound, SavedMeanwhile, Invalid (more than can be claimed).
    """
    row = editable(session, assessment_id)
    item = queries.sheet(session, row).item(item_code)
    newest = item.entry.number if item.entry is not None else 0
    if newest != seen:
        raise SavedMeanwhile
    most = item.ceiling.most
    if not 0 <= self_score <= most:
        earned, rest = plain(item.ceiling.earned), plain(item.ceiling.rest)
        hint = f"自评分须在 0 至 {plain(most)} 分之间：实测得 {earned} 分，其余检查点满分 {rest} 分。"
        raise Invalid(fields={"self_score": [hint]})
    entry = AssessmentEntry(
        assessment_id=row.id, item_code=item_code, number=newest + 1, self_score=self_score, note_zh=note_zh.strip(),
        filled_by_person_id=actor.person_id, filled_by_name=actor.name, filled_at=clock.now(),
    )  # fmt: skip
    session.add(entry)
    _touched(row, actor)
    session.flush()
    session.audit(
        "assessments.item_saved",
        OBJECT,
        row.id,
        f"填写自评：{item_code} {item.item.title_zh}",
        item=item_code,
        revision=entry.number,
    )
    return entry


def attach(
    session: TenantSession,
    actor: Actor,
    assessment_id: UUID,
    item_code: str,
    *,
    title_zh: str,
    file_id: UUID,
    kind: str = FileKind.EVIDENCE,
    issued_on: date | None = None,
) -> AssessmentFile:
    """Put a kept file (`kernel.storage`, purpose evidence) to an item. Raises NotEditable, ItemNotFound."""
    row = editable(session, assessment_id)
    item = queries.sheet(session, row).item(item_code)
    found = AssessmentFile(
        assessment_id=row.id, item_code=item_code, file_id=file_id, kind=kind, title_zh=title_zh.strip(), issued_on=issued_on,
        attached_by_name=actor.name, attached_at=clock.now(),
    )  # fmt: skip
    session.add(found)
    _touched(row, actor)
    session.flush()
    words = f"上传自评材料：{item_code} {item.item.title_zh}"
    session.audit("assessments.attached", OBJECT, row.id, words, item=item_code, file=str(file_id))
    return found


def detach(session: TenantSession, actor: Actor, assessment_id: UUID, row_id: UUID) -> AssessmentFile:
    """Take a file off the sheet; what was handed over before stays handed over. Raises NotEditable, NotFound."""
    row = editable(session, assessment_id)
    found = queries.file(session, row.id, row_id)
    found.removed_at = clock.now()
    _touched(row, actor)
    session.audit("assessments.detached", OBJECT, row.id, f"移除自评材料：{found.item_code} {found.title_zh}")
    return found


def explain_plan(session: TenantSession, actor: Actor, assessment_id: UUID, note_zh: str) -> Assessment:
    """Say why guideline tasks are still open. Raises NotEditable, Invalid."""
    row = editable(session, assessment_id)
    if not note_zh.strip():
        raise Invalid(fields={"plan_note_zh": ["请写明原因和安排。"]})
    row.plan_note_zh = note_zh.strip()
    _touched(row, actor)
    session.audit("assessments.plan_explained", OBJECT, row.id, "说明建设任务未完成的原因")
    return row


def editable(session: TenantSession, assessment_id: UUID) -> Assessment:
    """The sheet, locked, when it may be filled. Raises NotEditable, AssessmentNotFound."""
    row = queries.assessment(session, assessment_id, lock=True)
    if row.state not in EDITABLE:
        raise NotEditable
    return row


def _touched(row: Assessment, actor: Actor) -> None:
    """The last hand on the sheet; whoever submitted an earlier round may have been the same person."""
    row.last_filled_by_person_id = actor.person_id
    row.submitted_by_person_id = None


def _measured(session: TenantSession, standard: Standard) -> tuple[dict[str, Any], list[Any]]:
    """The automatic part: check points by item, and what the system says of vetoes. Values, nothing that moves later."""
    results = {result.indicator.code: result for result in indicators.compute_all(session)}
    profile = registry.profile(session)
    self_built = profile is not None and profile.build_mode == "self_built"
    checks = {
        item.code: [
            _check(check, results.get(check.indicator or ""), self_built) for check in standard.checks_of(item.code)
        ]
        for item in standard.items
    }  # fmt: skip
    vetoes = [_veto(veto, results.get(veto.indicator or "")) for veto in standard.vetoes]
    return checks, vetoes


def _check(check: StandardCheck, result: Result | None, self_built: bool) -> dict[str, Any]:
    """`state`: value (decided by a number), not_enough (no number yet), absent (no indicator yet), people (never computed)."""
    label = MEASURED_BY_ZH[check.measured_by]
    found: dict[str, Any] = {
        "key": check.key, "text_zh": check.check_zh, "max": plain(check.points), "nature": check.nature, "label_zh": label,
        "threshold_zh": check.threshold_zh, "evidence_zh": check.evidence_zh, "clause": check.clause,
        "state": "absent" if check.indicator else "people", "synthetic": False, "reason_zh": "",
    }  # fmt: skip
    if result is None:
        return found
    outcome = result.outcome
    if self_built and result.indicator.kinds:
        label = "报送"
    found |= {
        "indicator": result.indicator.code, "name_zh": result.indicator.name_zh, "formula_zh": result.indicator.formula_zh,
        "version": result.indicator.version, "source_hash": result.indicator.source_hash, "unit_zh": result.indicator.unit_zh,
        "first": result.span.first.isoformat(), "last": result.span.last.isoformat(), "sample": outcome.sample,
        "synthetic": outcome.synthetic, "label_zh": label,
    }  # fmt: skip
    if isinstance(outcome, NotEnoughData) or result.points is None:
        reason = outcome.reason_zh if isinstance(outcome, NotEnoughData) else "由人员评定"
        return found | {"state": "not_enough", "reason_zh": reason}
    points = min(result.points, check.points)
    return found | {"state": "value", "amount": plain(outcome.amount), "points": plain(points)}


def _veto(veto: Any, result: Result | None) -> dict[str, Any]:
    state = "people" if result is None else "alarm" if result.alarming else "clear"
    if result is not None and result.value is None:
        state = "unknown"
    return {
        "code": veto.code, "condition_zh": veto.condition_zh, "basis_zh": veto.basis_zh, "effect_zh": veto.effect_zh,
        "state": state,
    }  # fmt: skip
