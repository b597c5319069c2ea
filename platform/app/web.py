"""Composition of the web face: kernel parts, then every room's pages, interface and menu. Sends no query at start-up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from flask import Flask, url_for

from app import rooms
from kernel.console.frame import FRAME, Frame
from kernel.console.menu import MenuItem, visible
from kernel.db import Database
from kernel.directory.lookup import Directory
from kernel.identity import entering
from kernel.identity.console import HOMES
from kernel.identity.sessions import SessionRules
from kernel.permissions import Permission
from kernel.tenancy.models import TENANT_KIND_ZH, TenantKind
from kernel.web import current, unit_of_work
from kernel.web.blueprints import Api, Pages
from kernel.web.factory import API, make_web
from kernel.web.problems import SIGN_IN
from kernel.web.settings import WebSettings

B = TypeVar("B")


@dataclass(frozen=True)
class WebParts:
    """What the web face stands on; made by `app.installation`."""

    settings: WebSettings
    database: Database
    directory: Directory
    rules: SessionRules = SessionRules()


def create_app(parts: WebParts) -> Flask:
    """The application of one web process."""
    rooms.load()
    app = make_web(parts.settings)
    unit_of_work.init_app(app, parts.database)
    entering.init_app(app, entering.Identity(parts.database, parts.directory, parts.rules))
    app.extensions[FRAME] = _frame
    app.extensions[HOMES] = FIRST_SCREENS
    app.extensions[SIGN_IN] = lambda path: url_for("identity.sign_in", next=path)
    for module in rooms.modules("console"):
        for blueprint in _declared(module, Pages):
            app.register_blueprint(blueprint)
    for module in rooms.modules("api"):
        for blueprint in _declared(module, Api):
            app.extensions[API].register_blueprint(blueprint)
    return app


def menu() -> tuple[MenuItem, ...]:
    """Every feature's menu, merged by section in the order of `SECTIONS`."""
    entries: dict[str, list[MenuItem]] = {}
    for module in rooms.modules("menu"):
        for section, item in getattr(module, "MENU", ()):
            entries.setdefault(section, []).append(item)
    for listed in entries.values():
        listed.sort(
            key=lambda item: item.endpoint != FIRST_ENTRY
        )  # stable: the rest stays in the order of the rooms
    unknown = set(entries) - {title for title, _ in SECTIONS}
    if unknown:
        raise ValueError(f"menu sections without a place: {unknown}")
    return tuple(
        MenuItem(title, icon=icon, children=tuple(entries[title]))
        for title, icon in SECTIONS
        if title in entries
    )


FIRST_SCREENS = (
    (Permission.PROVINCE_OVERVIEW, "province.index"),
    (Permission.TENANT_READ, "workbench.index"),
    (Permission.INBOX, "approvals.inbox"),
)
"""Where a post begins: the first of these that it may open."""

FIRST_ENTRY = "workbench.index"

SECTIONS = (
    ("工作台", "home"),
    ("全省概览", "map-2"),
    ("建设与验收", "certificate"),
    ("业务与工单", "clipboard-list"),
    ("事项与渠道", "list-details"),
    ("短信与预算", "message-2"),
    ("统计与报表", "chart-bar"),
    ("机构与平台", "users"),
)
"""A person sees at most seven of these: `tests/guards/test_menu.py` holds it for each role of `roles.csv`."""


def _declared(module: object, kind: type[B]) -> list[B]:
    return [value for value in vars(module).values() if isinstance(value, kind)]


def _frame() -> Frame:
    actor = current.actor_or_none()
    if actor is None:
        return Frame(sign_in_url=url_for("identity.sign_in"))
    tenant = current.tenant()
    allowed = actor.permissions | {Permission.SIGNED_IN, Permission.PUBLIC}
    return Frame(
        tenant_name=tenant.name_zh,
        tenant_kind=TENANT_KIND_ZH[TenantKind(tenant.kind)],
        person_name=actor.name,
        post_title=actor.title,
        menu=visible(menu(), allowed.__contains__),
        home_url=url_for("identity.home"),
        inbox_url=url_for("approvals.inbox") if Permission.INBOX in allowed else "",
        profile_url=url_for("identity.profile"),
        sign_out_url=url_for("identity.sign_out"),
        keep_alive_url=url_for("identity.keep_alive"),
    )
