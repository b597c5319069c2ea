"""The Flask application without any room: order of the hooks, errors, limits. `platform/app` registers blueprints on it.

request number → access clock → admission → guard (permission) → CSRF → view → notices, cookies → headers, log line
"""

from __future__ import annotations

from typing import Any

import jinja2
from flask import Flask, Response
from werkzeug.middleware.proxy_fix import ProxyFix

from kernel import console
from kernel.permissions import Permission
from kernel.web import (
    access_log,
    admission,
    assets,
    csrf,
    formats,
    guard,
    locale,
    notices,
    paging,
    problems,
    request_id,
    security_headers,
    uploads,
    words,
)
from kernel.web.blueprints import mark
from kernel.web.priority import Priority
from kernel.web.settings import WebSettings

API = "gjj.api"
"""`app.extensions[API].register_blueprint(blueprint)` registers an `Api`."""


class Web(Flask):
    """Flask with our last word: headers and the log line on every answer, no text of exceptions in logs."""

    jinja_options = {  # noqa: RUF012 — Flask declares it so
        "undefined": jinja2.StrictUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
        "extensions": ["jinja2.ext.i18n", "jinja2.ext.do"],
    }

    def select_jinja_autoescape(self, filename: str | None) -> bool:
        return filename is None or not filename.endswith((".txt", ".typ", ".csv"))

    def finalize_request(self, rv: Any, from_error_handler: bool = False) -> Response:
        response = super().finalize_request(rv, from_error_handler)
        access_log.write(security_headers.harden(response))
        return response

    def log_exception(self, exc_info: Any) -> None:
        if exc_info[1] is not None:
            access_log.write_failure(exc_info[1])


def make_web(settings: WebSettings) -> Flask:
    """The application of one process. Its guard refuses everything but PUBLIC until the composition root sets
    `app.extensions["gjj.guard"]`; other slots: gjj.refused, gjj.frame, gjj.sign_in.
    """
    app = Web(
        "kernel.web",
        static_folder=str(settings.static_folder) if settings.static_folder else None,
        static_url_path="/static",
        template_folder=str(console.TEMPLATES),
    )
    app.extensions["gjj.web"] = settings
    _configure(app, settings)
    for part in (request_id, access_log, admission, uploads, guard, csrf, locale, words, notices):
        part.init_app(app)
    for part in (formats, security_headers, assets, paging, console):
        part.init_app(app)
    app.extensions[API] = problems.ProblemApi(app)
    problems.init_app(app)
    _declare_built_in_views(app)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


def _configure(app: Flask, settings: WebSettings) -> None:
    app.config.update(
        SECRET_KEY=None,  # no Flask session: sessions are rows (D9)
        PROPAGATE_EXCEPTIONS=False,
        TRAP_HTTP_EXCEPTIONS=False,
        MAX_CONTENT_LENGTH=settings.max_body_bytes,
        MAX_FORM_MEMORY_SIZE=settings.max_form_bytes,
        MAX_FORM_PARTS=settings.max_form_parts,
        TRUSTED_HOSTS=list(settings.trusted_hosts) or None,
        API_TITLE=settings.api_title,
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api",
        OPENAPI_JSON_PATH="openapi.json",
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.url_map.strict_slashes = True
    app.url_map.redirect_defaults = False
    app.url_map.merge_slashes = False


def _declare_built_in_views(app: Flask) -> None:
    """Views that Flask and flask-smorest register themselves: files and the OpenAPI document."""
    for endpoint, view in list(app.view_functions.items()):
        if endpoint == "static" or endpoint.startswith("api-docs."):
            app.view_functions[endpoint] = _declared(view)


def _declared(view: Any) -> Any:
    def declared(**arguments: Any) -> Any:
        return view(**arguments)

    mark(declared, Permission.PUBLIC, priority=Priority.PROBE)
    return declared
