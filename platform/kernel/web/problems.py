"""Every error leaves as one shape: an RFC 9457 document under `/api/`, a page or a fragment elsewhere.

Nothing of an unexpected exception reaches the answer: only the request's number, under which the log has its type
and place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import flask_smorest
import marshmallow as ma
from flask import Flask, Response, current_app, json, redirect, request
from flask_smorest.spec import prepare_response
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from kernel.errors import Conflict, DomainError, Forbidden, Unavailable
from kernel.permissions import Permission
from kernel.web import access_log
from kernel.web.field_messages import in_words
from kernel.web.request_id import request_id
from kernel.web.statuses import title, words
from kernel.web.words import _

MEDIA_TYPE = "application/problem+json"
SIGN_IN = "gjj.sign_in"
"""`app.extensions[SIGN_IN](path) -> address` of the login page that comes back to `path`."""
PAGE = "gjj.error_page"
"""`app.extensions[PAGE](problem) -> str`, set by kernel.console."""
FRAGMENT = "gjj.error_fragment"
_KEPT_HEADERS = ("Allow", "WWW-Authenticate", "Retry-After")


@dataclass(frozen=True)
class Problem:
    """One error as the reader sees it."""

    status: int
    code: str
    message: str
    hint: str
    request_id: str
    needs: Permission | None = None
    ask: str = ""
    errors: list[dict[str, Any]] = field(default_factory=list)
    headers: Mapping[str, str] = field(default_factory=dict)
    extensions: Mapping[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return _(title(self.status))

    def document(self) -> dict[str, Any]:
        """The body of RFC 9457; `errors` is there for bad input only."""
        body: dict[str, Any] = {
            "type": f"urn:gjj:problem:{self.code}",
            "title": self.message,
            "status": self.status,
            "detail": self.hint,
            "instance": f"urn:gjj:request:{self.request_id}",
            "code": self.code,
        }
        return body | dict(self.extensions) | ({"errors": self.errors} if self.errors else {})


class ProblemSchema(ma.Schema):
    """Problem details (RFC 9457). Documentation of the error body; never used to dump."""

    type = ma.fields.String(required=True, metadata={"description": "urn:gjj:problem:<code>"})
    title = ma.fields.String(required=True, metadata={"description": "What happened, in words"})
    status = ma.fields.Integer(required=True, metadata={"description": "HTTP status"})
    detail = ma.fields.String(metadata={"description": "What to do now, in words"})
    instance = ma.fields.String(metadata={"description": "urn:gjj:request:<request id>"})
    code = ma.fields.String(required=True, metadata={"description": "Stable code of the error"})
    needs = ma.fields.String(metadata={"description": "The permission that is missing (403)"})
    errors = ma.fields.List(
        ma.fields.Dict(keys=ma.fields.String()), metadata={"description": "Fields to correct (422)"}
    )


def from_domain(error: DomainError) -> Problem:
    extensions = dict(error.extensions)
    errors = [{**e, "messages": [in_words(m) for m in e["messages"]]} for e in extensions.pop("errors", [])]
    forbidden = error if isinstance(error, Forbidden) else None
    return Problem(
        status=error.status,
        code=error.code,
        message=_(error.message_zh),
        hint=_(error.hint_zh),
        request_id=request_id(),
        needs=forbidden.needs if forbidden else None,
        ask=_(forbidden.ask_zh) if forbidden and forbidden.ask_zh else "",
        errors=errors,
        headers=error.headers,
        extensions=extensions,
    )


def from_http(error: HTTPException) -> Problem:
    """Framework errors: our words by status, never the framework's English, headers kept."""
    status = error.code or 500
    data: Mapping[str, Any] = getattr(error, "data", None) or {}
    headers = {k: v for k, v in error.get_headers() if k in _KEPT_HEADERS}
    headers |= dict(data.get("headers") or {})
    found = words(status)
    raw = data.get("errors") or data.get("messages") or {}
    return Problem(
        status=status,
        code=found.code,
        message=_(found.message_zh),
        hint=_(found.hint_zh),
        request_id=request_id(),
        errors=list(_flatten(raw)) if isinstance(raw, Mapping) else [],
        headers=headers,
    )


def _flatten(errors: Mapping[Any, Any], path: str = "") -> Iterable[dict[str, Any]]:
    """Nested messages of marshmallow as `{"field": "json.items.0.name", "messages": […]}`."""
    for name, value in errors.items():
        here = f"{path}.{name}" if path else str(name)
        if isinstance(value, Mapping):
            yield from _flatten(value, here)
        else:
            texts = value if isinstance(value, list) else [value]
            yield {"field": here, "messages": [in_words(str(text)) for text in texts]}


def respond(problem: Problem) -> Response:
    """The answer in the shape the caller reads."""
    if request.path.startswith("/api/"):
        body = json.dumps(problem.document())
        response = Response(body, problem.status, mimetype=MEDIA_TYPE)
    elif "HX-Request" in request.headers:
        response = _fragment(problem)
    else:
        response = _sign_in(problem) or Response(_render(PAGE, problem), problem.status)
    for name, value in problem.headers.items():
        response.headers[name] = value
    return response


def _sign_in(problem: Problem) -> Response | None:
    address = current_app.extensions.get(SIGN_IN)
    if problem.status != HTTPStatus.UNAUTHORIZED or address is None or request.method != "GET":
        return None
    response = redirect(address(request.full_path.rstrip("?")), 303)
    return response if isinstance(response, Response) else None


def _fragment(problem: Problem) -> Response:
    """htmx puts it where notices stand, whatever the element asked for."""
    response = Response(_render(FRAGMENT, problem), problem.status)
    response.headers["HX-Retarget"] = "#notices"
    response.headers["HX-Reswap"] = "innerHTML show:window:top"
    return response


def _render(kind: str, problem: Problem) -> str:
    """A page that cannot be rendered must not hide the error it is about."""
    try:
        return str(current_app.extensions[kind](problem))
    except Exception as error:
        access_log.write_failure(error)
        return f"{problem.message}\n{problem.hint}\n{problem.request_id}\n"


def on_domain_error(error: DomainError) -> Response:
    return respond(from_domain(error))


def on_http_error(error: HTTPException) -> Response:
    if error.code is not None and error.code < 400:
        return Response(status=error.code, headers=error.get_headers())
    if error.response is not None:
        return error.response if isinstance(error.response, Response) else Response(status=error.code)
    return respond(from_http(error))


def on_database_out_of_reach(error: OperationalError | PoolTimeout) -> Response:
    """No connection, pool empty, statement timed out: the transaction is gone, so saying "not done" is true."""
    access_log.write_failure(error)
    return respond(from_domain(Unavailable()))


def on_stale_row(_error: StaleDataError) -> Response:
    return respond(from_domain(Conflict()))


class ProblemApi(flask_smorest.Api):  # type: ignore[misc]
    """The one OpenAPI document, with our error shape in it and in the answers."""

    ERROR_SCHEMA = ProblemSchema

    def handle_http_exception(self, error: HTTPException) -> Response:
        return on_http_error(error)

    def _register_responses(self) -> None:
        # Private in flask-smorest: without it the document says application/json for every error body.
        for status in HTTPStatus:
            response: dict[str, Any] = {"description": status.phrase}
            if status >= 400:
                response["schema"] = self.ERROR_SCHEMA
            prepare_response(response, self.spec, MEDIA_TYPE)
            self.spec.components.response(status.name, response, lazy=True)
        default = {"description": "Problem details", "schema": self.ERROR_SCHEMA}
        prepare_response(default, self.spec, MEDIA_TYPE)
        self.spec.components.response("DEFAULT_ERROR", default, lazy=True)


def init_app(app: Flask) -> None:
    """Register after `ProblemApi`, so that these handlers are the ones that count."""
    app.register_error_handler(DomainError, on_domain_error)
    app.register_error_handler(HTTPException, on_http_error)
    app.register_error_handler(OperationalError, on_database_out_of_reach)
    app.register_error_handler(PoolTimeout, on_database_out_of_reach)
    app.register_error_handler(StaleDataError, on_stale_row)
