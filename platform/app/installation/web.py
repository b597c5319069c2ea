"""Puts together what the web face stands on."""

from __future__ import annotations

from app.installation.installation import Installation
from app.web import WebParts
from kernel.db.roles import Login


def web_parts(installation: Installation) -> WebParts:
    """The parts of one web process."""
    return WebParts(
        settings=installation.web_settings(),
        database=installation.database(Login.WEB),
        directory=installation.directory(Login.WEB),
        rules=installation.session_rules(),
    )
