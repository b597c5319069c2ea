"""Blueprints whose routes cannot be registered without a permission.

Use `Pages` for HTML (console, H5, public) and `Api` for JSON. The permission is stored on the view as
`__gjj_permission__`; `kernel.web.guard` enforces it before the view and before any look-up. Views are plain
functions: one function has one permission.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import flask
import flask_smorest

from kernel.permissions import Permission
from kernel.web.priority import Priority

View = TypeVar("View", bound=Callable[..., Any])

PERMISSION = "__gjj_permission__"
STALE_OK = "__gjj_stale_ok__"
PRIORITY = "__gjj_priority__"
BODY = "__gjj_body__"


def mark(
    view: Any,
    permission: object,
    *,
    stale_ok: object = False,
    priority: object = None,
    body_bytes: int | None = None,
) -> None:
    """Write the declaration on `view`. Raises TypeError when it is missing, not a Permission, or contradicts itself."""
    if not isinstance(permission, Permission):
        name = getattr(view, "__qualname__", repr(view))
        raise TypeError(f"{name}: a route needs permission=Permission.…, got {permission!r}")
    if isinstance(view, type):
        raise TypeError(f"{view.__qualname__}: views are functions, because a permission belongs to one act")
    if priority is not None and not isinstance(priority, Priority):
        raise TypeError(f"priority must be a Priority, got {priority!r}")
    wanted = {PERMISSION: permission, STALE_OK: bool(stale_ok), PRIORITY: priority, BODY: body_bytes}
    for name, value in wanted.items():
        if name in vars(view) and vars(view)[name] != value:
            raise TypeError(f"{view.__qualname__}: registered twice with different {name}")
        setattr(view, name, value)


class _Declared:
    """The part `Pages` and `Api` share: `permission` (required), `stale_ok`, `priority`, `body_bytes` on every registration."""

    default_priority: Priority | None = None

    def route(
        self,
        rule: str,
        *,
        permission: Permission | None = None,
        stale_ok: bool = False,
        priority: Priority | None = None,
        body_bytes: int | None = None,
        **options: Any,
    ) -> Callable[[View], View]:
        """Register a view. `stale_ok` lets a reading view be answered from a replica that lags.

        `body_bytes` opens the route for a form with files up to that size (`kernel.web.uploads.files_of`).
        """
        if not isinstance(permission, Permission):
            raise TypeError(f"{rule}: a route needs permission=Permission.…, got {permission!r}")
        priority = priority if priority is not None else self.default_priority

        def decorate(view: View) -> View:
            mark(view, permission, stale_ok=stale_ok, priority=priority, body_bytes=body_bytes)
            endpoint = options.pop("endpoint", None)
            super(_Declared, self).add_url_rule(rule, endpoint, view, **options)  # type: ignore[misc]
            return view

        return decorate

    def add_url_rule(
        self,
        rule: str,
        endpoint: str | None = None,
        view_func: Any = None,
        provide_automatic_options: bool | None = None,
        *,
        permission: Permission | None = None,
        stale_ok: bool = False,
        priority: Priority | None = None,
        body_bytes: int | None = None,
        **options: Any,
    ) -> None:
        priority = priority or self.default_priority
        mark(view_func, permission, stale_ok=stale_ok, priority=priority, body_bytes=body_bytes)
        super().add_url_rule(rule, endpoint, view_func, provide_automatic_options, **options)  # type: ignore[misc]


class Pages(_Declared, flask.Blueprint):
    """HTML pages and fragments: `Pages("catalogue", __name__, url_prefix="/console/catalogue")`.

    A folder `templates` beside the module is used when it exists.
    """

    def __init__(
        self, name: str, import_name: str, *, priority: Priority | None = None, **options: Any
    ) -> None:
        options.setdefault("template_folder", "templates")
        super().__init__(name, import_name, **options)
        self.default_priority = priority


class Api(_Declared, flask_smorest.Blueprint):  # type: ignore[misc]
    """JSON under `/api/…`, documented in OpenAPI: register with `app.extensions["gjj.api"].register_blueprint`."""

    def __init__(
        self, name: str, import_name: str, *, priority: Priority | None = None, **options: Any
    ) -> None:
        super().__init__(name, import_name, **options)
        self.default_priority = priority
