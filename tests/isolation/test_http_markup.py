"""WEB-1, short form: texts of a tenant that would run, load or post something as markup, on every page that shows them. None does."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode
from uuid import UUID, uuid4

import msgspec
import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from kernel.approvals import service as approvals
from kernel.db import TenantSession
from kernel.identity.actor import Actor
from kernel.identity.models import Membership
from kernel.tenancy.models import OrgUnit
from tenants.catalogue import queries
from tenants.catalogue import service as catalogue
from tenants.channels import service as channels
from tenants.channels.seed import seed_channels
from tests.database import TestDatabase
from tests.isolation.http_city import CENTRE_ROLES, Body
from tests.isolation.http_payloads import MARKUP
from tests.isolation.http_routes import complete, own_values, routes
from tests.isolation.http_world import HttpWorld
from tests.people import person
from tests.web_client import client_for, visitor

CODE = "C99540"


class _Markup(HTMLParser):
    """Everything on a page that could have come from a text: found again by what it would do."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.text = ""
        self._raw = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        where = f"<{tag} {' '.join(f'{k}={v[:60]!r}' for k, v in given.items())}>"
        runs = [name for name in given if name.startswith("on")]
        loads = [
            v
            for v in given.values()
            if v.strip().lower().startswith(("javascript:", "//x.invalid", "data:text"))
        ]
        asks = given.get("hx-get") == "/sign-out" or "http-equiv" in given or "srcdoc" in given
        if runs or loads or asks or (tag in ("iframe", "base", "object", "embed", "math", "marquee")):
            self.faults.append(where)
        if tag in ("img", "input", "svg") and "x" in given and given.get("x") == "":
            self.faults.append(where)
        if tag in ("script", "style"):
            self._raw = tag

    def handle_endtag(self, tag: str) -> None:
        self._raw = "" if tag == self._raw else self._raw

    def handle_data(self, data: str) -> None:
        if self._raw and ("pwned" in data or "@import" in data):
            self.faults.append(f"inside <{self._raw}>: {data[:80]!r}")
        self.text += data


def faults_of(html: str) -> list[str]:
    """What of the payloads has become markup."""
    parser = _Markup()
    parser.feed(html)
    parser.close()
    return parser.faults


@dataclass
class Wall:
    """A centre whose people write nothing but markup."""

    body: Body
    codes: list[str] = field(default_factory=list)
    drafts: list[str] = field(default_factory=list)
    changes: list[UUID] = field(default_factory=list)


@pytest.fixture(scope="module")
def wall(database: TestDatabase, http_world: HttpWorld) -> Wall:
    tenant = database.open_centre(CODE, "丁四市住房公积金管理中心")
    found = Wall(Body(database, tenant, CODE, "丁"))
    for number, role in enumerate(CENTRE_ROLES):
        found.body.people[role] = person(database, tenant, f"丁{number}{MARKUP[number]}", role)
    editor, approver = found.body.people["centre_editor"], found.body.people["centre_approver"]
    for number, text in enumerate(MARKUP):
        found.body.write(lambda s, n=number, t=text: _unit(s, n, t))
        _item(found, f"X{800 + number}", text, editor, approver)
    found.body.write(_titles)
    found.body.write(_channels)
    _open(found)
    return found


def _unit(session: TenantSession, number: int, text: str) -> None:
    session.add(OrgUnit(code=f"U{number:02d}", name_zh=f"部{text}", kind="department"))
    session.flush()
    session.audit("test.unit", "unit", str(number), f"新增{text}")


def _titles(session: TenantSession) -> None:
    session.execute(update(Membership).values(title_zh=MARKUP[0] + MARKUP[13]))
    session.audit("test.titles", "membership", str(uuid4()), MARKUP[5])


def _channels(session: TenantSession) -> None:
    seed_channels(session, dict.fromkeys(("counter", "hall", "sms"), True))
    session.audit("test.channels", "channel", "all", MARKUP[1])


def _item(wall: Wall, code: str, text: str, editor: Actor, approver: Actor) -> None:
    """An item in force and a draft of another one, every free text a payload."""
    body = wall.body
    base = body.read(lambda s: queries.item_now(s, "W01").item)
    first = msgspec.structs.replace(base.materials[0], name_zh=text, condition_zh=text, provider_zh=text)
    limit = msgspec.structs.replace(base.limits[0], basis_zh=text)
    content = msgspec.structs.replace(
        base, name_zh=f"项{text}", main_item_zh=text, sub_item_zh=text, guide_zh=text, conditions_zh=text, notes_zh=text,
        sample_result_zh=text, materials=(first, *base.materials[1:]), limits=(limit, *base.limits[1:]), materials_before=(text,),
    )  # fmt: skip
    body.write(lambda s: catalogue.save_draft(s, editor, code, content))
    change = body.write(lambda s: _kept(s, catalogue.propose_draft(s, editor, code, f"因{text}")))
    body.write(lambda s: approvals.comment(s, approver, change[0], f"言{text}").id)
    body.write(lambda s: approvals.approve(s, approver, *change, f"可{text}"))
    draft = code.replace("X8", "X9")
    body.write(lambda s: catalogue.save_draft(s, editor, draft, content))
    wall.codes.append(code)
    wall.drafts.append(draft)
    wall.changes.append(change[0])


def _kept(session: TenantSession, change: object) -> tuple[UUID, bytes]:
    return change.id, change.content_hash  # type: ignore[attr-defined]


def _open(wall: Wall) -> None:
    admin, body = wall.body.people["centre_admin"], wall.body
    joined = " ".join(MARKUP)
    body.write(lambda s: channels.declare_emergency_stop(s, admin, "counter", joined).id)


def _seen(pages: dict[str, str]) -> list[str]:
    return [f"{path}: {fault}" for path, html in pages.items() for fault in faults_of(html)]


def _get(client: FlaskClient, pages: dict[str, str], path: str) -> None:
    answer = client.get(path, follow_redirects=True)
    if answer.mimetype == "text/html":
        pages[path] = answer.get_data(as_text=True)


def _behind_the_log_in(world: HttpWorld, wall: Wall) -> dict[str, str]:
    """Every page that somebody of the centre may open, once for each payload where an item is named."""
    pages: dict[str, str] = {}
    for actor in wall.body.people.values():
        client = client_for(wall.body.database, actor)
        for route in routes(world.app):
            if route.unsafe or route.permission not in {*actor.permissions, "signed_in"}:
                continue
            own = complete(route, own_values(world, "centre") | _first(wall))
            named = {"code", "item_code"} & set(route.parameters) and not route.endpoint.startswith(
                "channels."
            )
            for number in range(len(MARKUP)) if named else (0,):
                values = own | (_numbered(wall, route.endpoint, number) if named else {})
                _get(client, pages, route.path(world.app, values))
        for change in wall.changes:
            _get(client, pages, f"/console/changes/{change}")
        for path in ("/console/changes?size=100", "/console/catalogue?size=100"):
            _get(client, pages, path)
    return pages


def _before_the_log_in(wall: Wall) -> dict[str, str]:
    pages: dict[str, str] = {}
    client = visitor(wall.body.database)
    for code in wall.codes:
        for path in (f"/c/{CODE}/items/{code}", f"/m/{CODE}/items/{code}"):
            _get(client, pages, path)
    for path in ("/", f"/c/{CODE}/items", f"/m/{CODE}/", f"/m/{CODE}/items"):
        _get(client, pages, path)
        for text in MARKUP:
            _get(client, pages, f"{path}?{urlencode({'q': text, 'audience': text})}")
    return pages


def test_no_text_becomes_markup_on_any_page(http_world: HttpWorld, wall: Wall) -> None:
    pages = _behind_the_log_in(http_world, wall) | _before_the_log_in(wall)
    showing = [path for path, html in pages.items() if "pwned" in html]
    print(f"\n{len(pages)} pages, {len(showing)} of them show a payload")
    assert not (found := _seen(pages)), "\n".join(found)
    assert len(showing) > 150


def _first(wall: Wall) -> dict[str, object]:
    return {
        "change_id": wall.changes[0],
        "membership_id": wall.body.people["clerk"].membership_id,
        "centre_code": CODE,
        "code": wall.codes[0],
        "item_code": wall.codes[0],
        "draft": wall.drafts[0],
    }


def _numbered(wall: Wall, endpoint: str, number: int) -> dict[str, object]:
    drafts = endpoint in ("catalogue.proposal", "catalogue.edit")
    code = (wall.drafts if drafts else wall.codes)[number]
    return {"code": code, "item_code": code}


def test_templates_inside_texts_stay_texts(wall: Wall, database: TestDatabase) -> None:
    """WEB-2, short form: what looks like a template is shown as it was typed."""
    page = visitor(database).get(f"/c/{CODE}/items/{wall.codes[-1]}").get_data(as_text=True)
    assert "{{ 7 * 7 }}{% if 1 %}甲{% endif %}${7*7}#{7*7}" in page


@pytest.mark.parametrize("text", MARKUP[:-1])
def test_each_payload_would_be_seen(text: str) -> None:
    """The check itself: unescaped, every payload is found."""
    inside = f"<p title=\"{text}\">{text}</p><p title='{text}'></p><textarea>{text}</textarea>"
    assert faults_of(inside) != []
