"""One case: who (masked), what, receipts, materials, history; and, with a reason that is logged first, the plain data."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kernel.calendar import clock
from kernel.permissions import Permission
from kernel.storage import queries as files
from kernel.storage import service as storage
from kernel.web import current
from kernel.web.downloads import attachment
from kernel.web.forms import Form
from kernel.web.notices import tell
from tenants.cases import queries, service
from tenants.cases.console.faces import pages
from tenants.cases.console.listing import state_words
from tenants.cases.errors import CaseNotFound
from tenants.cases.models import CaseState, ServiceCase
from tenants.cases.policy.rules import WITHDRAWAL, rule_sets
from tenants.cases.policy.words import CHANNEL_ZH, GRADE_ZH, PAYOUT_ZH
from tenants.cases.ports import notices
from tenants.cases.schemas import RevealIn
from tenants.catalogue.policy.words import LEVELS


@pages.get("/<uuid:case_id>", permission=Permission.CASE_READ)
def show(case_id: UUID) -> str:
    """One case as it stands."""
    case = queries.clerk_case(current.session(), current.actor(), case_id)
    return page_of(case)


@pages.post("/<uuid:case_id>/take", permission=Permission.CASE_DECIDE)
def take(case_id: UUID) -> Response:
    """Begin to review, or go on where a colleague began."""
    service.take(current.session(), current.actor(), case_id)
    tell(_("已受理，请核对后作出决定。"))
    return redirect(url_for("cases.show", case_id=case_id))


@pages.post("/<uuid:case_id>/reveal", permission=Permission.PERSON_REVEAL)
def reveal(case_id: UUID) -> Response:
    """The plain data, once: the log has the reason before this page is made, and nobody keeps the page."""
    session, actor = current.session(), current.actor()
    case = queries.clerk_case(session, actor, case_id)
    form = Form(RevealIn())
    data = form.load(request.form)
    if data is None:
        return make_response(page_of(case, reveal_form=form), 422)
    plain = service.reveal_person(session, actor, case_id, data["reason"])
    answer = make_response(page_of(case, plain=plain))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def page_of(case: ServiceCase, *, reveal_form: Form | None = None, plain: Any = ()) -> str:
    """The page of a case."""
    session, actor = current.session(), current.actor()
    rated = queries.rating(session, case.id)
    return render_template(
        "cases/show.html",
        case=case,
        person=queries.opened(session, case),
        plain=plain,
        progress=queries.progress(session, case),
        state=state_words(case.state),
        facts=facts(case),
        form_lines=queries.form_lines(session, case),
        checks=queries.checks(session, case.id),
        default_rules=any(one.version == case.rules_version for one in rule_sets()),
        material_lines=_material_lines(case),
        history=[_entry(line) for line in queries.timeline(session, case.id)],
        notices=notices(session, case.id),
        rated=None if rated is None else (GRADE_ZH[rated[0].grade], rated[1], rated[0].rated_at),
        reason=queries.reason_of(session, case),
        payout=PAYOUT_ZH[case.payout_state] if case.business_kind == WITHDRAWAL else None,
        reveal_form=reveal_form or Form(RevealIn()),
        may=actor.may,
        mine=case.taken_person_id == actor.person_id,
        open=case.state == CaseState.IN_REVIEW,
        failed=case.state == CaseState.PAYOUT_FAILED,
        today=clock.today(),
    )


def facts(case: ServiceCase) -> list[tuple[str, Any]]:
    """The head of the page of a case."""
    level = LEVELS.get(f"L{case.level}", "")
    channel = CHANNEL_ZH.get(case.channel_last, case.channel_last)
    return [(_("办件编号"), case.number), (_("渠道"), channel), (_("认证级别"), level)]


@pages.get("/<uuid:case_id>/materials/<uuid:file_id>", permission=Permission.CASE_READ)
def material(case_id: UUID, file_id: UUID) -> Response:
    """A file that was handed in, to be saved."""
    session = current.session()
    case = queries.clerk_case(session, current.actor(), case_id)
    if file_id not in {row.file_id for row in queries.materials(session, case.id)}:
        raise CaseNotFound
    card = files.card(session, files.row(session, file_id))
    return attachment(card.name, card.kind.media_type, storage.read(session, file_id))


def _material_lines(case: ServiceCase) -> list[dict[str, Any]]:
    session = current.session()
    rows = queries.materials(session, case.id)
    cards = files.cards(session, [row.file_id for row in rows])
    return [{"name": row.material, "at": row.added_at, "card": cards.get(row.file_id)} for row in rows]


def _entry(line: queries.StepLine) -> dict[str, Any]:
    note = "；".join(part for part in (line.channel_zh, line.note) if part)
    return {"at": line.at, "who": line.who, "text": line.text, "kind": line.kind, "note": note}
