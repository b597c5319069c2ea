"""ISO-4, short form: every payload × every text that a route reads, in query, form and address. Foreign words: 0. Answers of 500 and above: 0."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from kernel.approvals.models import ChangeRequest
from tests.isolation.http_answers import found_in
from tests.isolation.http_fields import PageForm, forms_in, note_fields
from tests.isolation.http_payloads import injections
from tests.isolation.http_routes import Route, complete, own_values, routes
from tests.isolation.http_world import Attacker, HttpWorld
from tests.web_client import client_for, token_for

LONG = bool(os.environ.get("GJJ_LONG"))
ALONE = ("'", "%", "-tenant_id", "code desc nulls first, (select pg_sleep(5))", '{"$ne": null}')
"""Payloads that the short form also tries in one field at a time, where another field's refusal would hide them."""


def _attackers(world: HttpWorld, route: Route) -> Iterator[Attacker]:
    """One of city A whom the route lets in, else one of the province; both in the long form."""
    for kind in ("centre", "province"):
        found = next((a for a in world.attackers if a.kind == kind and a.may(route.permission)), None)
        if found is not None:
            yield found
        if found is not None and (not LONG or route.permission == "public"):
            return


def _path(world: HttpWorld, who: Attacker, route: Route) -> str:
    return route.path(world.app, complete(route, own_values(world, who.kind)))


@pytest.fixture(scope="module")
def fields(http_world: HttpWorld) -> dict[str, set[str]]:
    """Names that each endpoint reads: from its views as they run once, and from the forms of every page."""
    noted = note_fields(http_world.app)
    for route in routes(http_world.app):
        for who in _attackers(http_world, route):
            if route.endpoint.startswith("identity") and route.unsafe:
                continue
            answer = _ask(http_world, who, route, {})
            if answer.mimetype == "text/html":
                for form in forms_in(answer.get_data(as_text=True)):
                    _note(http_world, form, noted)
    return _once(noted)


def _once(noted: dict[str, set[str]]) -> dict[str, set[str]]:
    """Names that every page reads, because the frame around it does, count for one page only."""
    often = Counter(name for keys in noted.values() for name in keys)
    found, had = {}, {"csrf_token", "cursor"}
    for endpoint in sorted(noted):
        found[endpoint] = noted[endpoint] - had
        had |= {name for name in noted[endpoint] if often[name] > len(noted) / 3}
    return found


def _note(world: HttpWorld, form: PageForm, noted: dict[str, set[str]]) -> None:
    adapter = world.app.url_map.bind("127.0.0.1")
    path = form.action.partition("?")[0]
    if path and adapter.test(path, method=form.method):
        noted[str(adapter.match(path, method=form.method)[0])] |= set(form.values)


def _ask(
    world: HttpWorld, who: Attacker, route: Route, values: dict[str, str], path: str = ""
) -> TestResponse:
    address = path or _path(world, who, route)
    headers = {"X-CSRF-Token": token_for(who.client)} if route.unsafe and who.actor else {}
    place: dict[str, Any] = {"data": values} if route.unsafe else {"query_string": values}
    if route.unsafe and route.api:
        place = {"json": values}
    answer = who.client.open(address, method=route.method, headers=headers, **place)
    if route.unsafe and route.endpoint.startswith("identity") and who.actor is not None:
        who.client = client_for(world.database, who.actor)
    return answer


@pytest.mark.timeout(900)
def test_no_text_runs(http_world: HttpWorld, fields: dict[str, set[str]]) -> None:
    payloads, count, faults = injections(http_world.theirs.centre.id), Counter[str](), []
    assert len(payloads) >= 30
    for route in routes(http_world.app):
        if route.endpoint == "static" or (route.endpoint.startswith("identity") and route.unsafe):
            continue
        for who in _attackers(http_world, route):
            for payload in payloads:
                for place, values, path in _places(http_world, who, route, fields, payload):
                    answer = _ask(http_world, who, route, values, path)
                    count[place] += 1
                    away = answer.status_code == 503 and route.endpoint.startswith("identity")
                    if answer.status_code >= 500 and not away:
                        faults.append(f"{route} {place} {payload!r}: {answer.status_code}")
                    if words := found_in(answer, who.secrets):
                        faults.append(f"{route} {place} {payload!r}: {words}")
    read = sum(len(keys) for keys in fields.values())
    print(f"\n{len(payloads)} payloads, {read} fields, {sum(count.values())} calls: {dict(count)}")
    assert not faults, "\n".join(faults)
    assert read > 50


def _places(
    world: HttpWorld, who: Attacker, route: Route, fields: dict[str, set[str]], payload: str
) -> Iterator[tuple[str, dict[str, str], str]]:
    """All fields at once, then the ones that lists are filtered and sorted by alone, then each text of the address."""
    names = sorted(fields.get(route.endpoint, ()))
    if names:
        yield "form" if route.unsafe else "query", dict.fromkeys(names, payload), ""
    if not route.unsafe and (LONG or payload in ALONE):
        for name in names:
            yield "one of the query", {name: payload}, ""
    own = complete(route, own_values(world, who.kind))
    for name in route.parameters:
        if isinstance(own[name], str):
            marked = route.path(world.app, {**own, name: "HERE"})
            yield "path", {}, marked.replace("HERE", quote(payload, safe=""))


def test_nothing_of_anybody_was_dropped(http_world: HttpWorld) -> None:
    """The tables that the payloads name are there, with the rows of city B."""
    rows = select(func.count()).select_from(ChangeRequest)
    assert (http_world.theirs.centre.read(lambda session: session.scalar(rows)) or 0) >= 2
