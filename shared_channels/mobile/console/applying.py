"""Applying on the phone: begin, fill in, upload, hand in, take back. Works without scripts; nothing typed is lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from kernel.errors import DomainError, Invalid
from kernel.permissions import Permission
from kernel.storage import queries as files
from kernel.storage import service as storage
from kernel.storage.purposes import CASE_MATERIAL
from kernel.web import current
from kernel.web.notices import tell
from kernel.web.uploads import files_of, uploaded
from kernel.web.words import _
from shared_channels.accounts.entering import Citizen, enter_citizen, need_level
from shared_channels.mobile.console.face import framed, pages
from shared_channels.mobile.policy.filling import fields_of, values_of
from tenants.cases import queries, service
from tenants.cases.errors import CaseInFlight, LevelTooLow, SavedElsewhere
from tenants.cases.models import ServiceCase
from tenants.cases.policy.states import EDITABLE
from tenants.cases.ports import Party
from tenants.cases.service.offering import offers_of
from tenants.catalogue import queries as catalogue

H5 = "h5"
MOST_FILES = 5
"""Files in one upload; a case may hold thirty."""


def party_of(citizen: Citizen) -> Party:
    """The applicant as cases know them."""
    return Party(citizen.account_id, citizen.person_ref, H5, citizen.level, citizen.name, citizen.phone)


@pages.post("/items/<code>/start", permission=Permission.PUBLIC)
def start(centre_code: str, code: str) -> Response:
    """Begin, or go on with the running case. Raises what `enter_citizen` and the item's level ask for."""
    citizen = enter_citizen(centre_code)
    offers = offers_of(catalogue.public_item(current.session(), code), H5)
    if offers:
        need_level(citizen, min(offer.min_level for offer in offers))
    try:
        case = service.start(current.session(), party_of(citizen), code)
    except CaseInFlight as running:
        if running.case_id is None:
            raise
        tell(_(running.message_zh), "info")
        return redirect(url_for("h5.case", centre_code=centre_code, case_id=running.case_id), 303)
    return redirect(url_for("h5.fill", centre_code=centre_code, case_id=case.id), 303)


@pages.get("/items/<code>/start", permission=Permission.PUBLIC)
def start_again(centre_code: str, code: str) -> Response:
    """Where log-in, binding and step-up lead back to: the item's page, on which one presses once more."""
    return redirect(url_for("h5.item", centre_code=centre_code, code=code), 303)


@pages.get("/cases/<uuid:case_id>/fill", permission=Permission.PUBLIC)
def fill(centre_code: str, case_id: UUID) -> str | Response:
    """The form with its materials."""
    citizen = enter_citizen(centre_code)
    case = queries.own_case(current.session(), citizen.account_id, case_id)
    if case.state not in EDITABLE:
        return redirect(url_for("h5.case", centre_code=centre_code, case_id=case_id), 303)
    return _page(case, queries.form_of(current.session(), case), {})


@pages.post(
    "/cases/<uuid:case_id>/fill",
    permission=Permission.PUBLIC,
    body_bytes=files_of(CASE_MATERIAL.most_bytes, MOST_FILES),
)
def save(centre_code: str, case_id: UUID) -> Response:
    """Keep what was typed; the button says whether to stay, to upload or to go on to the summary."""
    citizen = enter_citizen(centre_code)
    session, party = current.session(), party_of(citizen)
    case = queries.own_case(session, citizen.account_id, case_id)
    schema = queries.revision_of(session, case).item.form
    values = values_of(schema, request.form)
    version = request.form.get("version", type=int)
    try:
        service.save(session, party, case_id, values, -1 if version is None else version)
    except Invalid as wrong:
        return make_response(_page(case, values, wrong.fields, version), 422)
    except SavedElsewhere as refused:
        return make_response(
            _page(case, values, {"": [_(refused.message_zh) + _(refused.hint_zh)]}, version), 409
        )
    if request.form.get("act") == "next":
        return redirect(url_for("h5.confirm", centre_code=centre_code, case_id=case_id), 303)
    tell(_("已保存草稿，可以在其他渠道继续填写。"))
    return redirect(url_for("h5.fill", centre_code=centre_code, case_id=case_id), 303)


@pages.post(
    "/cases/<uuid:case_id>/materials",
    permission=Permission.PUBLIC,
    body_bytes=files_of(CASE_MATERIAL.most_bytes, MOST_FILES),
)
def upload(centre_code: str, case_id: UUID) -> Response:
    """Files for one material."""
    citizen = enter_citizen(centre_code)
    session, party = current.session(), party_of(citizen)
    material, chosen = request.form.get("material", ""), uploaded("file", MOST_FILES)
    if len(chosen) != 1:
        tell(_("请选择一份文件，一次上传一份。"), "warning")
        return redirect(url_for("h5.fill", centre_code=centre_code, case_id=case_id), 303)
    try:
        kept = storage.keep(
            session,
            name=chosen[0].name,
            media_type=chosen[0].media_type,
            data=chosen[0].data,
            purpose=CASE_MATERIAL.code,
        )
        service.attach(session, party, case_id, kept.id, material)
    except DomainError as refused:
        case = queries.own_case(session, citizen.account_id, case_id)
        words = [_(refused.message_zh) + _(refused.hint_zh)]
        return make_response(
            _page(case, queries.form_of(session, case), {"materials": words}), refused.status
        )
    tell(_("已上传。"))
    return redirect(url_for("h5.fill", centre_code=centre_code, case_id=case_id), 303)


@pages.post("/cases/<uuid:case_id>/materials/<uuid:file_id>/remove", permission=Permission.PUBLIC)
def remove(centre_code: str, case_id: UUID, file_id: UUID) -> Response:
    """Take a file out again."""
    citizen = enter_citizen(centre_code)
    service.detach(current.session(), party_of(citizen), case_id, file_id)
    tell(_("已删除这份材料。"))
    return redirect(url_for("h5.fill", centre_code=centre_code, case_id=case_id), 303)


@pages.get("/cases/<uuid:case_id>/confirm", permission=Permission.PUBLIC)
def confirm(centre_code: str, case_id: UUID) -> str | Response:
    """Everything once more before it is handed in."""
    citizen = enter_citizen(centre_code)
    case = queries.own_case(current.session(), citizen.account_id, case_id)
    if case.state not in EDITABLE:
        return redirect(url_for("h5.case", centre_code=centre_code, case_id=case_id), 303)
    return _summary(case)


@pages.post("/cases/<uuid:case_id>/submit", permission=Permission.PUBLIC)
def submit(centre_code: str, case_id: UUID) -> Response:
    """Hand it in."""
    citizen = enter_citizen(centre_code)
    session = current.session()
    case = queries.own_case(session, citizen.account_id, case_id)
    try:
        service.submit(session, party_of(citizen), case_id, request.form.get("version", type=int))
    except Invalid as wrong:
        session.rollback()
        case = queries.own_case(session, citizen.account_id, case_id)
        return make_response(_page(case, queries.form_of(session, case), wrong.fields), 422)
    except LevelTooLow:
        return redirect(
            url_for(
                "h5.step_up",
                centre_code=centre_code,
                next=url_for("h5.confirm", centre_code=centre_code, case_id=case_id),
            ),
            303,
        )
    tell(_("已提交，办件编号 %(number)s。", number=case.number))
    return redirect(url_for("h5.case", centre_code=centre_code, case_id=case_id), 303)


@pages.post("/cases/<uuid:case_id>/withdraw", permission=Permission.PUBLIC)
def withdraw(centre_code: str, case_id: UUID) -> Response:
    """Take it back."""
    citizen = enter_citizen(centre_code)
    case = service.withdraw(current.session(), party_of(citizen), case_id)
    tell(_("已撤回办件 %(number)s。", number=case.number), "warning")
    return redirect(url_for("h5.case", centre_code=centre_code, case_id=case_id), 303)


def _page(
    case: ServiceCase,
    values: Mapping[str, Any],
    wrong: Mapping[str, Sequence[str]],
    version: int | None = None,
) -> str:
    session = current.session()
    item = queries.revision_of(session, case).item
    fields = fields_of(item.form, values, wrong)
    known = {field.name.removeprefix("form-") for field in fields}
    handed_in = queries.materials(session, case.id)
    cards = files.cards(session, [row.file_id for row in handed_in])
    wanted = [one for one in item.materials if one.source == "upload"]
    return render_template(
        "mobile/fill.html",
        case=case,
        item=item,
        fields=fields,
        general=[text for key, texts in wrong.items() if key not in known for text in texts],
        error_count=sum(len(texts) for texts in wrong.values()),
        version=case.version if version is None else version,
        materials=[
            (
                one,
                [
                    cards[row.file_id]
                    for row in handed_in
                    if row.material == one.name_zh and row.file_id in cards
                ],
            )
            for one in wanted
        ],
        purpose=CASE_MATERIAL,
        progress=queries.progress(session, case),
        reason=queries.reason_of(session, case),
        **framed(
            current.tenant(),
            "progress",
            url_for("h5.case", centre_code=current.tenant().code, case_id=case.id),
        ),
    )


def _summary(case: ServiceCase) -> str:
    session = current.session()
    back = url_for("h5.fill", centre_code=current.tenant().code, case_id=case.id)
    return render_template(
        "mobile/confirm.html",
        case=case,
        item=queries.revision_of(session, case).item,
        lines=queries.form_lines(session, case),
        count=len(queries.materials(session, case.id)),
        person=queries.opened(session, case),
        **framed(current.tenant(), "progress", back),
    )
