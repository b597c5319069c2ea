"""What granian serves: `app.wsgi:application` as a factory, made once in each web process from the file that GJJ_CONFIG names."""

from __future__ import annotations

import os
from pathlib import Path

from flask import Flask

from app import logs
from app.installation.installation import Installation
from app.installation.web import web_parts
from app.web import create_app

CONFIG = "GJJ_CONFIG"


def application() -> Flask:
    """The web face of this installation. Opens no connection; the first request does."""
    logs.set_up("web")
    return create_app(web_parts(Installation(Path(os.environ[CONFIG]))))
