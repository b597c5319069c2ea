"""A verdict with its paper and its dossier, on either side. Downloads leave as attachments."""

from __future__ import annotations

from uuid import UUID

from flask import render_template
from werkzeug.wrappers import Response

from acceptance.dossiers import queries
from acceptance.dossiers.errors import DossierNotReady
from acceptance.dossiers.models import Dossier
from acceptance.verdicts import policy
from acceptance.verdicts import queries as verdicts
from kernel.permissions import Permission
from kernel.storage import queries as stored
from kernel.storage import service as storage
from kernel.web import current
from kernel.web.blueprints import Pages
from kernel.web.downloads import attachment

pages = Pages("dossiers", "acceptance.dossiers", url_prefix="/console/verdicts")


@pages.get("/<uuid:verdict_id>", permission=Permission.ASSESSMENT_READ)
def show(verdict_id: UUID) -> str:
    """The paragraphs, the scores, and what can be downloaded."""
    session = current.session()
    row = verdicts.verdict(session, verdict_id)
    content = verdicts.content(session, row)
    return render_template(
        "dossiers/show.html",
        row=row,
        content=content,
        paragraphs=policy.paragraphs(content),
        title=policy.TITLE_ZH,
        dossier=queries.dossier(session, verdict_id),
        points=policy.points,
    )


@pages.get("/<uuid:verdict_id>/paper", permission=Permission.ASSESSMENT_READ)
def paper(verdict_id: UUID) -> Response:
    """The PDF."""
    return _file(_ready(verdict_id).paper_file_id)


@pages.get("/<uuid:verdict_id>/dossier", permission=Permission.ASSESSMENT_READ)
def dossier(verdict_id: UUID) -> Response:
    """The ZIP."""
    return _file(_ready(verdict_id).file_id)


def _ready(verdict_id: UUID) -> Dossier:
    session = current.session()
    verdicts.verdict(session, verdict_id)
    found = queries.dossier(session, verdict_id)
    if found is None:
        raise DossierNotReady
    return found


def _file(file_id: UUID) -> Response:
    session = current.session()
    kept = stored.row(session, file_id)
    return attachment(stored.card(session, kept).name, kept.media_type, storage.read(session, kept.id))
