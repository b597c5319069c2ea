"""Pages of channels: what is open, one channel, the forms that end in a change request."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kernel.approvals import service as approvals
from kernel.approvals.kinds import kind_of
from kernel.approvals.queries import about
from kernel.calendar import clock
from kernel.errors import DomainError, Invalid, NotFound
from kernel.identity.queries import holders
from kernel.permissions import Permission
from kernel.web import current
from kernel.web.blueprints import Pages
from kernel.web.forms import Form
from kernel.web.notices import tell
from tenants.channels import errors, policy, ports, queries, service
from tenants.channels.schemas import EmergencyIn, ItemSwitchIn, ParametersIn, SwitchIn, hour

pages = Pages("channels", __name__, url_prefix="/console/channels")

KINDS = {
    "switch": (SwitchIn, service.SWITCH_CHANNEL.code),
    "item": (ItemSwitchIn, service.SWITCH_ITEM.code),
    "parameters": (ParametersIn, service.PARAMETERS.code),
}


@pages.get("/", permission=Permission.CHANNEL_READ)
def index() -> str:
    """Every channel of the centre with its state."""
    session = current.session()
    state, items = queries.openness(session), ports.offered(session).values()
    rows = [_row(state, code, items) for code in queries.in_order(state.channels)]
    return render_template("channels/index.html", rows=rows, as_of=state.at, stops=list(state.stops.values()))


@pages.get("/<code>", permission=Permission.CHANNEL_READ)
def show(code: str) -> str:
    """One channel: parameters, items, history."""
    session = current.session()
    state = queries.openness(session)
    revision = queries.channel(session, code)
    items = sorted((i for i in ports.offered(session).values() if code in i.channels), key=lambda i: i.code)
    text = request.args.get("text", "").strip()
    shown = [i for i in items if text in i.name_zh or text.upper() in i.code]
    parameters = queries.parameters_of(revision)
    return render_template(
        "channels/show.html",
        code=code,
        name=policy.CHANNEL_ZH[code],
        revision=revision,
        open=state.channel_open(code),
        inherited=revision.tenant_id != session.tenant_id,
        source=policy.SOURCE_ZH[revision.source],
        parameters=[(policy.LABELS[name], word) for name, word in policy.words(parameters).items()],
        items=[(i, state.open(i.code, code), state.switches.get((i.code, code))) for i in shown],
        counts=(sum(state.open(i.code, code) for i in items), len(items)),
        stop=state.stops.get((code, "")),
        emergency=Form(EmergencyIn()),
        changes=about(session, "channel", code),
        may=current.actor().may,
        me=current.actor().person_id,
        now=clock.now(),
    )


@pages.get("/<code>/switch", permission=Permission.CHANNEL_EDIT)
def switch_form(code: str) -> str:
    """Ask for the start or stop of a channel."""
    state = queries.openness(current.session())
    queries.channel(current.session(), code)
    wanted = not state.channel_open(code)
    return _form(code, "switch", Form(SwitchIn(), values={"open": wanted}), wanted=wanted)


@pages.get("/<code>/parameters", permission=Permission.CHANNEL_EDIT)
def parameters_form(code: str) -> str:
    """Ask for other parameters."""
    parameters = queries.parameters_of(queries.channel(current.session(), code))
    values = vars(parameters) | {"open_from": hour(parameters.open_from), "open_to": hour(parameters.open_to)}
    return _form(code, "parameters", Form(ParametersIn(), values=values))


@pages.get("/<code>/items/<item_code>", permission=Permission.CHANNEL_EDIT)
def item_form(code: str, item_code: str) -> str:
    """Ask to open or close an item on a channel."""
    item = ports.offered(current.session()).get(item_code)
    if item is None:
        raise NotFound
    state = queries.openness(current.session())
    switch = state.switches.get((item_code, code))
    wanted = not (True if switch is None else switch.open)
    form = Form(ItemSwitchIn(), values={"open": wanted, "item_code": item_code})
    return _form(code, "item", form, wanted=wanted, item=item)


@pages.post("/<code>/preview/<what>", permission=Permission.CHANNEL_EDIT)
def preview(code: str, what: str) -> str | tuple[str, int]:
    """The difference in words, before a reason is given."""
    schema, kind_code = _kind(what)
    form = Form(schema())
    data = form.load(request.form)
    if data is None:
        return _form(code, what, form), 422
    payload = _payload(what, code, data)
    try:
        difference = kind_of(kind_code).describe(current.session(), payload)
    except Invalid as error:
        form.add_errors(error.fields)
        return _form(code, what, form), error.status
    except DomainError as error:
        return _form(code, what, form, error=error), error.status
    return _propose_page(code, what, payload, difference)


@pages.post("/<code>/propose/<what>", permission=Permission.CHANNEL_EDIT)
def propose(code: str, what: str) -> Response | str | tuple[str, int]:
    """Hand the change over to somebody else."""
    _schema, kind_code = _kind(what)
    payload = _sent(request.form.get("payload", ""))
    session = current.session()
    try:
        change = approvals.propose(
            session, current.actor(), kind_code, payload, request.form.get("reason", "")
        )
    except Invalid:
        difference = approvals.described(session, kind_of(kind_code), payload)
        return _propose_page(code, what, payload, difference, error=_("请填写申请事由。")), 422
    tell(_("已提交审批：%(title)s", title=change.title_zh))
    return redirect(url_for("approvals.show", change_id=change.id))


@pages.post("/<code>/emergency", permission=Permission.CHANNEL_EMERGENCY)
def emergency(code: str) -> Response:
    """Stop at once, alone, for thirty minutes."""
    form = Form(EmergencyIn())
    data = form.load(request.form)
    if data is None:
        raise Invalid(fields={f.name: f.errors for f in form.errors})
    stop = service.declare_emergency_stop(current.session(), current.actor(), code, data["reason"])
    local = stop.ends_at.astimezone(clock.LOCAL)
    tell(_("已紧急停用。%(at)s 自动恢复，除非另一人在此之前确认。", at=f"{local:%H:%M}"), "warning")
    return redirect(url_for("channels.show", code=code))


@pages.post("/<code>/emergency/<uuid:stop_id>/confirm", permission=Permission.CHANNEL_CHECK)
def confirm(code: str, stop_id: UUID) -> Response:
    """The second person makes the stop last."""
    stop = queries.live_stop(current.session(), code, "")
    if stop is None or stop.id != stop_id:
        raise errors.StopIsOver
    service.confirm_emergency_stop(current.session(), current.actor(), stop_id)
    tell(_("已确认停用。恢复须另行提交启用申请。"))
    return redirect(url_for("channels.show", code=code))


def _row(state: queries.Openness, code: str, items: Any) -> dict[str, Any]:
    revision = state.channels[code]
    offered = [i for i in items if code in i.channels]
    return {
        "code": code,
        "name": policy.CHANNEL_ZH[code],
        "open": state.channel_open(code),
        "stop": state.stops.get((code, "")),
        "source": policy.SOURCE_ZH[revision.source],
        "inherited": revision.tenant_id != current.session().tenant_id,
        "hours": policy.hours_zh(queries.parameters_of(revision)),
        "items_open": sum(state.open(i.code, code) for i in offered),
        "items": len(offered),
        "until": revision.stopped_until,
        "since": revision.effective_from,
    }


def _kind(what: str) -> tuple[Any, str]:
    if what not in KINDS:
        raise NotFound
    return KINDS[what]


def _payload(what: str, code: str, data: dict[str, Any]) -> dict[str, Any]:
    if what == "parameters":
        return {"channel": code, "parameters": policy.Parameters.of(data).stored()}
    return {"channel": code, **data}


def _sent(text: str) -> dict[str, Any]:
    """The payload that the preview carried; describe() checks it again."""
    try:
        payload = msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise Invalid(fields={"payload": ["页面内容不完整，请返回重新填写。"]}) from error
    return payload


def _form(
    code: str,
    what: str,
    form: Form,
    *,
    wanted: bool | None = None,
    item: Any = None,
    error: DomainError | None = None,
) -> str:
    if wanted is None and "open" in form.fields:
        wanted = str(form["open"].value).lower() in ("true", "1")
    if item is None and "item_code" in form.fields:
        item = ports.offered(current.session()).get(str(form["item_code"].value))
    return render_template(
        "channels/form.html", code=code, name=policy.CHANNEL_ZH.get(code, code), what=what, form=form, wanted=wanted,
        item=item, error=error,
    )  # fmt: skip


def _propose_page(code: str, what: str, payload: dict[str, Any], difference: Any, error: str = "") -> str:
    names = [n for n in holders(current.session(), Permission.CHANNEL_CHECK) if n != current.actor().name]
    return render_template(
        "channels/propose.html", code=code, name=policy.CHANNEL_ZH.get(code, code), what=what, difference=difference,
        payload=msgspec.json.encode(payload).decode(), approvers=names, reason=request.form.get("reason", ""), error=error,
    )  # fmt: skip
