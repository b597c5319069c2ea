"""Pages of onboarding: choose or upload a manifest → what it changes → propose → progress and verification → undo."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from kernel.crypto.signing import SigningKey
from kernel.errors import Invalid
from kernel.identity.entering import identity
from kernel.identity.queries import holders
from kernel.permissions import Permission
from kernel.web import current
from kernel.web.blueprints import Pages
from kernel.web.notices import tell
from kernel.web.settings import Environment, web_settings
from onboarding.manifests.errors import ManifestInvalid
from onboarding.manifests.service import (
    Signature,
    bundled,
    bundled_body,
    read_city,
    read_signature,
    sign,
)
from onboarding.provisioning.errors import RunNotFound
from onboarding.provisioning.policy import ACTION_ZH, Action, PlanLine, changed
from onboarding.provisioning.ports import Places
from onboarding.provisioning.service import (
    plan_city,
    propose_city,
    propose_undo,
    run_view,
    runs_of,
    wiring,
)

pages = Pages("onboarding", __name__, url_prefix="/console/onboarding")
TONES = {Action.CREATE: "success", Action.ALTER: "warning", Action.KEEP: "neutral", Action.REMOVE: "danger"}


def places() -> Places:
    """The way into the province's tenants for this request."""
    return Places(identity().database, current.actor().tenant_id)


def demonstrating() -> bool:
    """Whether a temporary key may sign in the centre's place."""
    return web_settings().environment is not Environment.PRODUCTION


@pages.get("/", permission=Permission.ONBOARD)
def index() -> str:
    """Runs so far, and the way to begin one."""
    return _index()


def _index(faults: tuple[str, ...] = ()) -> str:
    return render_template(
        "provisioning/index.html",
        runs=runs_of(current.session()),
        bundled=list(bundled().items()) if demonstrating() else [],
        demonstrating=demonstrating(),
        faults=faults,
    )


@pages.post("/plan", permission=Permission.ONBOARD)
def plan() -> str | tuple[str, int]:
    """What the chosen manifest changes, before anything is proposed. Nothing is written."""
    try:
        body, signature = _given()
        return _plan(body, signature)
    except ManifestInvalid as error:
        return _index(tuple(fault.words for fault in error.faults)), 422
    except Invalid as error:
        return _index((f"{error.message_zh}{error.hint_zh}",)), 422


def _given() -> tuple[bytes, Signature | None]:
    chosen = request.form.get("bundled", "")
    upload = request.files.get("manifest")
    if upload is not None and upload.filename:
        body = upload.read()
        signed: FileStorage | None = request.files.get("signature")
        signature = read_signature(signed.read(4096)) if signed is not None and signed.filename else None
    elif chosen in bundled() and demonstrating():
        body, signature = bundled_body(chosen), None
    else:
        raise Invalid(
            code="onboarding.no_file", message_zh="还没有选择清单。", hint_zh="请选择一份清单文件。"
        )
    if signature is None and demonstrating():
        signature = sign(body, SigningKey.generate())
    return body, signature


def _plan(body: bytes, signature: Signature | None, reason_error: str = "") -> str:
    city = read_city(body)
    lines = plan_city(places(), city)
    if signature is not None:
        signature.check(body)
    return render_template(
        "provisioning/plan.html",
        city=city,
        lines=changed(lines),
        rows=[_row(line) for line in changed(lines)],
        counts=[(ACTION_ZH[a], sum(line.action is a for line in lines), TONES[a]) for a in Action],
        text=body.decode(),
        signature=signature.text if signature is not None else "",
        approvers=[
            n for n in holders(current.session(), Permission.ONBOARD_CHECK) if n != current.actor().name
        ],
        reason=request.form.get("reason", ""),
        reason_error=reason_error,
        parts=wiring(),
    )


def _row(line: PlanLine) -> dict[str, str]:
    label = f"{ACTION_ZH[line.action]} {line.place_zh} · {line.label_zh}"
    return {"label": label, "before": line.before_zh, "after": line.after_zh}


@pages.post("/propose", permission=Permission.ONBOARD)
def propose() -> Response | tuple[str, int]:
    """Hand a planned manifest to the second person. It is planned again: what was shown may have changed."""
    body = request.form.get("manifest", "").replace("\r\n", "\n").encode()
    signature = read_signature(request.form.get("signature", "").encode())
    try:
        proposed = propose_city(places(), current.actor(), body, signature, request.form.get("reason", ""))
    except ManifestInvalid:
        raise
    except Invalid as error:
        return _plan(body, signature, "".join(t for texts in error.fields.values() for t in texts)), 422
    tell(_("已提交审批，等待另一人审核。批准后自动执行，进度在本页显示。"))
    return redirect(url_for("approvals.show", change_id=proposed.change_id))


@pages.get("/runs/<uuid:run_id>", permission=Permission.ONBOARD)
def run(run_id: UUID) -> str:
    """How far an approved run is, step by step; at the end what verification found."""
    return render_template("provisioning/run.html", **_progress(run_id))


@pages.get("/runs/<uuid:run_id>/progress", permission=Permission.ONBOARD)
def progress(run_id: UUID) -> str:
    """The moving part of the page."""
    return render_template("provisioning/_progress.html", **_progress(run_id))


def _progress(run_id: UUID) -> dict[str, object]:
    found = run_view(current.session(), run_id)
    if found is None:
        raise RunNotFound
    view, steps = found
    groups: dict[str, list[object]] = {}
    for step in steps:
        groups.setdefault(f"{step.place_code} {step.place_zh}", []).append(step)
    return {"run": view, "groups": groups}


@pages.post("/cities/<code>/undo", permission=Permission.ONBOARD)
def undo(code: str) -> Response:
    """Propose that a city which is not in use yet is removed; somebody else approves."""
    proposed = propose_undo(current.session(), current.actor(), code, request.form.get("reason", ""))
    tell(_("已提交撤销申请，等待另一人审核。"))
    return redirect(url_for("approvals.show", change_id=proposed.change_id))
