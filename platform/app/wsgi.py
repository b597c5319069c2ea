"""What granian serves: `app.wsgi:application` as a factory, made once in each web process from the file that GJJ_CONFIG names."""

from __future__ import annotations

import os
from pathlib import Path

from flask import Flask

from app import logs
from app.installation.installation import Installation
from app.installation.signing_in import let_in, sign_in_of
from app.installation.web import web_parts
from app.web import create_app

CONFIG = "GJJ_CONFIG"


def application() -> Flask:
    """The web face of this installation. Opens no connection; the first request does."""
    logs.set_up("web")
    installation = Installation(Path(os.environ[CONFIG]))
    app = create_app(web_parts(installation))
    let_in(app, sign_in_of(installation), installation.settings.web.trusted_proxies)
    return app
