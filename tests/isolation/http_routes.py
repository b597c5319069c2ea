"""Routes from the URL map, and foreign values for each of their path parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import uuid4

from flask import Flask
from werkzeug.routing import IntegerConverter, Rule, UUIDConverter

from kernel.permissions import Permission
from kernel.web.blueprints import PERMISSION
from tests.isolation.http_city import Body
from tests.isolation.http_more import INDICATOR, TEMPLATE
from tests.isolation.http_world import HttpWorld

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
WORDS: dict[str, tuple[str, str]] = {
    "kind": ("csv", "xlsx"),
    "month": ("2026-10", "2026-09"),
    "what": ("switch", "parameters"),
    "role": ("clerk", "seat"),
    "filename": ("js/console.js", "js/zzzz.js"),
}
"""Parameters that choose among the program's own words, not among rows: nothing foreign can be named by them."""

FIXED = (
    ("channels.", "code", "kiosk"),
    ("indicators.", "code", INDICATOR),
    ("sms_templates.", "code", TEMPLATE),
    ("statements.", "kind", "xlsx"),
    ("work_orders.", "kind", "complaint"),
)
"""Endpoints by how they begin, and the word that a parameter has there for everybody."""


@dataclass(frozen=True)
class Route:
    """One method of one rule with its permission."""

    method: str
    rule: Rule
    permission: Permission

    @property
    def endpoint(self) -> str:
        return str(self.rule.endpoint)

    @property
    def parameters(self) -> tuple[str, ...]:
        return tuple(sorted(self.rule.arguments))

    @property
    def unsafe(self) -> bool:
        return self.method in UNSAFE

    @property
    def api(self) -> bool:
        return self.rule.rule.startswith("/api/")

    def __str__(self) -> str:
        return f"{self.method} {self.rule.rule}"

    def path(self, app: Flask, values: Mapping[str, object]) -> str:
        with app.test_request_context("/", base_url="http://127.0.0.1"):
            from flask import url_for

            return url_for(self.endpoint, **{name: values[name] for name in self.parameters})  # type: ignore[arg-type]


def routes(app: Flask) -> list[Route]:
    """Every route, in order of address. A view without a permission is a fault of its own: `tests/guards/test_routes.py`."""
    found = []
    for rule in app.url_map.iter_rules():
        permission = getattr(app.view_functions[rule.endpoint], PERMISSION, None)
        if isinstance(permission, Permission):
            methods = (rule.methods or set()) - {"HEAD", "OPTIONS"}
            found += [Route(method, rule, permission) for method in sorted(methods)]
    return sorted(found, key=lambda route: (route.rule.rule, route.method))


@dataclass(frozen=True)
class Pair:
    """A foreign value and a value of the same form that nothing has; the rest of the address is the attacker's own."""

    name: str
    what: str
    foreign: object
    random: object


def foreign_values(world: HttpWorld, route: Route, name: str) -> list[Pair]:
    """Foreign values for one parameter by its converter, and by its name when it is text. KeyError: give it a supplier."""
    if isinstance(route.rule._converters[name], UUIDConverter):
        nothing = uuid4()
        return [Pair(name, what, value, nothing) for what, value in world.foreign_ids.items()]
    if isinstance(route.rule._converters[name], IntegerConverter):
        # A number counts within one tenant: none is foreign, so there is only the scan for words.
        return [Pair(name, f"number {n}", n, n) for n in (1, 2, 10**9)]
    if name in WORDS:
        return []
    their = world.theirs.centre
    codes = {
        "item of B": (their.item_code, "Z997"),
        "draft of B": (their.draft_code, "Z998"),
    }
    centres = {"twin of B": (world.twin_code, "C98760"), "province": ("C00000", "C98761")}
    tables = {
        "code": codes | {"code of B": (their.code, "C98762"), "id of B": (str(their.id), str(uuid4()))},
        "item_code": codes,
        "centre_code": centres,
    }
    if name not in tables:
        raise KeyError(f"{route}: no foreign values for <{name}>; add them to foreign_values() or to WORDS")
    return [Pair(name, what, *values) for what, values in tables[name].items()]


def narrowed(attacks: list[Pair], turn: int, width: int = 3) -> list[Pair]:
    """The short form of many ids: those of the rows that the parameter is named for, and some others that change with the turn."""
    named = [pair for pair in attacks if _named_for(pair)]
    others = [pair for pair in attacks if pair not in named]
    if len(others) <= width:
        return attacks
    start = turn * width % len(others)
    return named + (others + others)[start : start + width]


def _named_for(pair: Pair) -> bool:
    stem = pair.name.removesuffix("_id")
    return stem in pair.what or pair.what.removesuffix("s").endswith(stem)


def own_values(world: HttpWorld, kind: str) -> dict[str, object]:
    """Values of the attacker's own for every parameter, so that only one place is foreign at a time."""
    city = world.ours
    body = city.sub_centre if kind == "sub_centre" else city.centre
    return _values(body, city.centre.item_code, city.centre.code)


def their_values(world: HttpWorld) -> dict[str, object]:
    """The same of city B: for its own people."""
    return _values(world.theirs.centre, world.theirs.centre.item_code, world.theirs.centre.code)


def _values(body: Body, item_code: str, centre_code: str) -> dict[str, object]:
    by_default: dict[str, object] = {name: words[0] for name, words in WORDS.items()}
    return by_default | {
        "change_id": body.objects["change"],
        "stop_id": body.objects["stop"],
        "unit_id": body.objects["unit"],
        "case_id": body.objects["case"],
        "file_id": body.objects["file"],
        "order_id": body.objects["order"],
        "message_id": body.objects["message"],
        "standard_id": body.objects["standard"],
        "membership_id": body.people["clerk"].membership_id,
        "person_id": body.people["clerk"].person_id,
        "code": item_code,
        "item_code": item_code,
        "centre_code": centre_code,
        "draft": body.objects["draft"],
    }


def complete(route: Route, values: Mapping[str, object]) -> dict[str, object]:
    """Values for every parameter of the route: an id of nothing where the attacker has none of its own; codes by what they name."""
    given = dict(values)
    for name in route.parameters:
        given.setdefault(name, 1 if isinstance(route.rule._converters[name], IntegerConverter) else uuid4())
    for endpoint, name, value in FIXED:
        if route.endpoint.startswith(endpoint) and name in given:
            given[name] = value
    if route.endpoint in ("province.tenant", "onboarding.undo"):
        given["code"] = values["centre_code"]
    if route.endpoint in ("catalogue.proposal", "catalogue.propose", "catalogue.discard"):
        given["code"] = values["draft"]
    return given
