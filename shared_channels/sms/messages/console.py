"""Looking messages up by number: a reason is needed and stays in the log; the number is shown masked, the text of a code never."""

from __future__ import annotations

from uuid import UUID

from flask import render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kernel import vault
from kernel.crypto.masks import MaskKind
from kernel.crypto.secret import RevealPurpose, Secret, reveal
from kernel.errors import Conflict
from kernel.permissions import Permission
from kernel.validation.phones import check_mobile
from kernel.validation.refusal import InvalidNumber
from kernel.web import current
from kernel.web.blueprints import Pages
from kernel.web.forms import Form
from shared_channels.sms.message_templates.models import SmsCategory
from shared_channels.sms.message_templates.policy.content import CATEGORY_ZH
from shared_channels.sms.messages import queries
from shared_channels.sms.messages.models import SmsMessage
from shared_channels.sms.messages.policy import LOOK_UP_REASONS, STATE_ZH
from shared_channels.sms.messages.schemas import LookUpIn, RevealIn
from shared_channels.sms.messages.service import TABLE
from shared_channels.sms.signatures.policy import CARRIER_ZH

pages = Pages("sms_messages", __name__, url_prefix="/console/sms/messages")
Answer = str | Response | tuple[str, int]


@pages.get("", permission=Permission.SMS_READ)
def index() -> str:
    return render_template("sms_messages/index.html", form=Form(LookUpIn()), found=None)


@pages.post("/search", permission=Permission.SMS_READ)
def search() -> Answer:
    """The messages to one number. A POST: the number never stands in an address."""
    form = Form(LookUpIn())
    data = form.load(request.form)
    phone = _phone(form, data["phone"]) if data is not None else None
    if data is None or phone is None:
        return render_template("sms_messages/index.html", form=form, found=None), 422
    session = current.session()
    found = queries.to_number(session, phone)
    words = LOOK_UP_REASONS[data["reason"]]
    session.audit(
        "sms.looked_up", "sms_message", "by_number", f"按号码查询短信：{words}",
        reason=words, reference=data["reference"], count=len(found.rows),
    )  # fmt: skip
    form["phone"].value = ""
    return render_template(
        "sms_messages/index.html", form=form, found=found, masked=phone.masked,
        names=queries.template_names(session, found.rows), states=STATE_ZH, categories=CATEGORY_ZH, carriers=CARRIER_ZH,
    )  # fmt: skip


@pages.get("/<uuid:message_id>", permission=Permission.SMS_READ)
def show(message_id: UUID) -> str:
    return _page(queries.message(current.session(), message_id), Form(RevealIn()))


@pages.post("/<uuid:message_id>/text", permission=Permission.PERSON_REVEAL)
def text(message_id: UUID) -> Answer:
    """The text of a message that is no code, for a stated reason."""
    session, form = current.session(), Form(RevealIn())
    row = queries.message(session, message_id)
    data = form.load(request.form)
    if data is None:
        return _page(row, form), 422
    if row.category == SmsCategory.OTP or row.text is None:
        raise Conflict(
            "sms.text_hidden", _("这条短信的内容不能查看。"), _("验证码的内容从不显示，过期的内容已清除。")
        )
    words = LOOK_UP_REASONS[data["reason"]]
    sealed = vault.of(session).open(TABLE, "text", row.id, row.text)
    session.audit(
        "sms.text_revealed", "sms_message", row.id, f"查看短信内容：{words}", reason=words
    )  # fmt: skip
    return _page(row, form, reveal(sealed, RevealPurpose.AUTHORISED_VIEW))


def _page(row: SmsMessage, form: Form, shown: str = "") -> str:
    session = current.session()
    masked = vault.of(session).open(TABLE, "phone", row.id, row.phone, MaskKind.PHONE).masked
    return render_template(
        "sms_messages/show.html", row=row, form=form, shown=shown, masked=masked,
        name=queries.template_names(session, [row]).get(row.template_id, ""), state=STATE_ZH[row.state],
        category=CATEGORY_ZH[row.category], carriers=CARRIER_ZH, is_code=row.category == SmsCategory.OTP,
        may_reveal=current.actor().may(Permission.PERSON_REVEAL),
    )  # fmt: skip


def _phone(form: Form, typed: str) -> Secret[str] | None:
    try:
        return Secret(check_mobile(typed, allow_synthetic=True), MaskKind.PHONE)
    except InvalidNumber as error:
        form.add_errors({"phone": [error.message_zh]})
        return None
