"""ISO-3, first form: every route × everyone × foreign ids in path, query, body, headers, cursor and ETag. Answers with a foreign word: 0.

Everybody asks every route with foreign values in its path and in headers; the other places are tried by one of each kind of body whom the
route lets in. GJJ_LONG=1 tries every id at every place by everybody.

Everything is taken from the URL map: a new route is attacked without being listed, and fails here when nobody knows foreign values for
its parameters.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from uuid import uuid4

import pytest
from werkzeug.test import TestResponse

from kernel.web.paging import Cursors, Reader
from kernel.web.settings import web_settings
from tests.isolation.http_answers import difference, found_in, shape_of, text_of
from tests.isolation.http_routes import (
    Pair,
    Route,
    complete,
    foreign_values,
    narrowed,
    own_values,
    routes,
    their_values,
)
from tests.isolation.http_unowned import UNOWNED, as_expected
from tests.isolation.http_world import Attacker, HttpWorld
from tests.web_client import client_for, token_for

LONG = bool(os.environ.get("GJJ_LONG"))
NAMES = (
    "id", "code", "tenant", "tenant_id", "centre", "centre_code", "item_code", "change_id", "run_id", "person_id", "membership_id",
    "unit", "unit_id", "from", "to", "object_id", "kind", "state", "after", "sort",
)  # fmt: skip
"""Members that a careless view might read a tenant or an id from."""


class Calls:
    """Sends, counts, and keeps what went wrong."""

    def __init__(self, world: HttpWorld) -> None:
        self.world, self.count, self.faults = world, Counter[str](), list[str]()
        self.pairs = set[tuple[str, str]]()
        self._tokens: dict[str, str] = {}

    def send(self, who: Attacker, route: Route, place: str, path: str, **options: object) -> TestResponse:
        headers = {"X-CSRF-Token": self._token(who), **options.pop("headers", {})}  # type: ignore[dict-item]
        answer = who.client.open(path, method=route.method, headers=headers, **options)  # type: ignore[arg-type]
        self.count[place] += 1
        self.pairs.add((who.name, str(route)))
        who.client.delete_cookie("gjj_notice")  # what an act says on the next page
        if route.unsafe and route.endpoint.startswith("identity."):
            self._renew(who)  # signing out is for oneself too
        words = found_in(answer, who.secrets)
        if words:
            self.faults.append(f"{who.name} {route} {place} {path}: {words}")
        if answer.status_code >= 500 and not _issuer_away(answer, route):
            self.faults.append(f"{who.name} {route} {place} {path}: status {answer.status_code}")
        return answer

    def _renew(self, who: Attacker) -> None:
        if who.actor is not None:
            who.client = client_for(self.world.database, who.actor)
            self._tokens.pop(who.name, None)

    def _token(self, who: Attacker) -> str:
        if who.actor is None:
            return ""
        if who.name not in self._tokens:
            self._tokens[who.name] = token_for(who.client)
        return self._tokens[who.name]


def _attack_path(calls: Calls, who: Attacker, route: Route, turn: int, *, first: bool) -> None:
    """Each parameter in turn is foreign: answered like one that does not exist. Refused people are refused before any look-up."""
    app, own = calls.world.app, complete(route, own_values(calls.world, who.kind))
    headers = _headers(calls.world)
    for name in route.parameters:
        attacks = [pair for pair in foreign_values(calls.world, route, name) if not _readable(who, pair)]
        if not LONG:
            attacks = narrowed(attacks, turn)
            if not (first or (who.may(route.permission) and who.actor is not None)):
                attacks = attacks[:1]
        seen: dict[object, tuple[int, str]] = {}
        for value in dict.fromkeys(value for pair in attacks for value in (pair.random, pair.foreign)):
            path = route.path(app, {**own, name: value})
            answer = calls.send(who, route, f"path {name}", path, headers=headers)
            seen[value] = shape_of(answer, (value,))
        for pair in attacks:
            faults = difference(seen[pair.foreign], seen[pair.random])
            calls.faults += [f"{who.name} {route} {name} = {pair.what}: {fault}" for fault in faults]


def _readable(who: Attacker, pair: Pair) -> bool:
    """The province may look at the page of a body below it: its code is not foreign there."""
    return who.kind == "province" and pair.what == "code of B"


def _issuer_away(answer: TestResponse, route: Route) -> bool:
    """This application has no issuer: the log-in says so with 503."""
    return answer.status_code == 503 and route.endpoint.startswith("identity")


def _entries(world: HttpWorld) -> list[Route]:
    return [route for route in routes(world.app) if route.endpoint != "static"]


def _attack_elsewhere(calls: Calls, who: Attacker, route: Route) -> None:
    """Query, headers, body, nested body, ETag: the address itself is the attacker's own."""
    world = calls.world
    path = route.path(world.app, complete(route, own_values(world, who.kind)))
    foreign = _members(world)
    random = dict.fromkeys(foreign, str(uuid4()))
    seen = [calls.send(who, route, "query", path, query_string=values) for values in (foreign, random)]
    values = {*foreign.values(), *random.values()}
    if not route.unsafe and shape_of(seen[0], values) != shape_of(seen[1], values):
        calls.faults.append(f"{who.name} {route} query: answers differ")
    _attack_head(calls, who, route)
    if route.unsafe and route.api:
        calls.send(who, route, "body", path, json={**foreign, "nested": foreign, "items": [foreign]})
    elif route.unsafe:
        calls.send(who, route, "body", path, data=foreign)


def _attack_head(calls: Calls, who: Attacker, route: Route) -> None:
    path = route.path(calls.world.app, complete(route, own_values(calls.world, who.kind)))
    calls.send(who, route, "header", path, headers=_headers(calls.world))


def _members(world: HttpWorld) -> dict[str, str]:
    their = world.theirs.centre
    known = {
        "code": their.code,
        "centre": their.code,
        "centre_code": their.code,
        "item_code": their.item_code,
    }
    ids = {
        "change_id": their.objects["change"],
        "from": their.objects["revision"],
        "to": their.objects["revision"],
    }
    return {name: str(ids.get(name, known.get(name, their.id))) for name in NAMES}


def _headers(world: HttpWorld) -> dict[str, str]:
    their = world.theirs.centre
    names = (
        "X-Tenant",
        "X-Tenant-Id",
        "X-Tenant-Code",
        "X-Gjj-Tenant",
        "X-Organisation",
        "X-User",
        "X-Person-Id",
    )
    return {name: str(their.id) for name in names} | {
        "X-Tenant-Code": their.code,
        "X-Forwarded-User": str(their.people["centre_admin"].person_id),
        "Cookie2": their.code,
        "If-Match": "*",
    }


def _attack_cursor(calls: Calls, who: Attacker, route: Route) -> None:
    """A cursor that was sealed for somebody of B is no cursor for us."""
    world, their = calls.world, calls.world.theirs.centre
    path = route.path(world.app, complete(route, own_values(world, who.kind)))
    reader = Reader(their.id, their.people["centre_admin"].person_id, route.endpoint, "[[],{}]")
    sealed = Cursors(web_settings(world.app).key("cursor")).seal((their.item_code,), reader)
    answer = calls.send(who, route, "cursor", f"{path}?cursor={sealed}")
    plain = calls.send(who, route, "cursor", f"{path}?cursor=AAAA{sealed}")
    if answer.status_code != plain.status_code:
        calls.faults.append(f"{who.name} {route}: a foreign cursor is told from a broken one")


@pytest.fixture(scope="module")
def calls(http_world: HttpWorld) -> Calls:
    return Calls(http_world)


@pytest.fixture(scope="module")
def before(http_world: HttpWorld, etags: dict[str, str]) -> dict[str, str]:
    """City B after its own people looked at their pages, which may be written into their log."""
    assert etags != {}
    return http_world.fingerprint()


@pytest.fixture(scope="module")
def etags(http_world: HttpWorld) -> dict[str, str]:
    """ETags of city B's own answers by route, taken by its own people."""
    found = {}
    for route, _, answer in _by_owners(http_world):
        if "ETag" in answer.headers:
            found[str(route)] = answer.headers["ETag"]
    return found


def _by_owners(world: HttpWorld) -> Iterator[tuple[Route, str, TestResponse]]:
    """Every reading route as city B's own people get it, whoever of them is let in first."""
    for route in routes(world.app):
        if route.unsafe or route.endpoint == "static":
            continue
        for role, actor in world.theirs.centre.people.items():
            if route.permission in actor.permissions or route.permission in ("public", "signed_in"):
                path = route.path(world.app, complete(route, their_values(world)))
                yield route, role, world.owner(role).get(path)
                break


@pytest.mark.timeout(900)
def test_no_answer_holds_a_foreign_word(
    http_world: HttpWorld, calls: Calls, before: dict[str, str], etags: dict[str, str]
) -> None:
    asked: set[tuple[str, str]] = set()
    for turn, who in enumerate(http_world.attackers):
        for route in _entries(http_world):
            first = (who.kind, str(route)) not in asked and who.may(route.permission)
            _attack_path(calls, who, route, turn, first=first)
            if first or LONG:
                asked.add((who.kind, str(route)))
                _attack_elsewhere(calls, who, route)
                if not route.unsafe:
                    _attack_cursor(calls, who, route)
                    _attack_etag(calls, who, route, etags)
            elif (who.name, str(route)) not in calls.pairs:
                _attack_head(calls, who, route)  # nothing in its address can be foreign
    tried = {str(route) for route in _entries(http_world)}
    print(
        f"\n{len(tried)} routes, {len(http_world.attackers)} people, {sum(calls.count.values())} calls: {dict(calls.count)}"
    )
    assert not calls.faults, "\n".join(calls.faults)
    assert len(calls.pairs) == len(tried) * len(http_world.attackers), "everybody asked every route"


def _attack_etag(calls: Calls, who: Attacker, route: Route, etags: dict[str, str]) -> None:
    if str(route) not in etags or route.permission == "public":
        return
    path = route.path(calls.world.app, complete(route, own_values(calls.world, who.kind)))
    answer = calls.send(who, route, "etag", path, headers={"If-None-Match": etags[str(route)]})
    if answer.status_code == 304:
        calls.faults.append(f"{who.name} {route}: 304 for a foreign ETag")


def test_nothing_of_the_others_was_changed(
    http_world: HttpWorld, calls: Calls, before: dict[str, str]
) -> None:
    """After everything above: each row of city B and of the third body is what it was. Sessions begin at each log-in of the owners."""
    after = http_world.fingerprint()
    changed = [table for table in before if before[table] != after[table] and table != "session"]
    assert sum(calls.count.values()) > 0
    assert changed == []


def test_the_owner_gets_its_own_words(http_world: HttpWorld) -> None:
    """The positive control: the same addresses answer their owner, so an empty answer above is not a broken test.

    What answers otherwise stands in UNOWNED with its reason; a line there that holds no longer fails here.
    """
    their = http_world.theirs.centre
    expected = {
        "approvals.show": their.inner,
        "approvals.index": their.inner[1:],
        "catalogue.item": their.published,
        "catalogue_api.item": their.published,
        "catalogue_api.items": their.published,
        "catalogue_api.public_items": their.published,
        "catalogue.export": their.published,
        "public_catalogue.item": their.published,
        "h5.item": their.published,
    }
    seen, wrong, asked = set(), [], set()
    for route, role, answer in _by_owners(http_world):
        asked.add(str(route))
        missing_here = {"run_id"} & set(route.parameters)
        # A depositor's own page leads whoever has no depositor's log-in to it; staff are no owners there.
        to_sign_in = route.endpoint.startswith("h5.") and "/sign-in" in answer.headers.get("Location", "")
        as_said = as_expected(str(route), answer.status_code)
        if route.parameters and not missing_here and not to_sign_in and not as_said:
            wrong.append(f"{role} {route}: {answer.status_code}")
        if route.endpoint in expected:
            seen.add(route.endpoint)
            if expected[route.endpoint] not in text_of(answer):
                wrong.append(f"{role} {route}: its own words are missing")
    assert not wrong, "\n".join(wrong)
    assert seen == set(expected)
    assert set(UNOWNED) - asked == set(), "no longer there: take them out of UNOWNED"


def test_a_refusal_is_written_into_the_log_of_the_refused(http_world: HttpWorld) -> None:
    """AUD-5 for refusals: one event each, with who and what; nothing in the log of anybody else."""
    clerk = next(who for who in http_world.attackers if who.name == "centre clerk")
    assert clerk.actor is not None
    token, told = token_for(clerk.client), []
    for route in routes(http_world.app):
        if clerk.may(route.permission) or route.endpoint == "static":
            continue
        path = route.path(http_world.app, complete(route, own_values(http_world, "centre")))
        events = _events(http_world)
        answer = clerk.client.open(path, method=route.method, headers={"X-CSRF-Token": token})
        fresh = _events(http_world)[len(events) :]
        if answer.status_code != 403 or [e[:2] for e in fresh] != [("access.refused", route.endpoint)]:
            told.append(f"{route}: {answer.status_code} {fresh}")
    assert not told, "\n".join(told)


def _events(world: HttpWorld) -> list[tuple[str, str]]:
    from sqlalchemy import select

    from kernel.audit.models import AuditEvent

    columns = select(AuditEvent.action, AuditEvent.object_id).order_by(AuditEvent.seq)
    return [(row[0], row[1]) for row in world.ours.centre.read(lambda s: s.execute(columns).all())]


def test_the_planted_words_can_be_found(http_world: HttpWorld) -> None:
    """The scan itself: it sees a word in JSON, behind an address's escapes and in a workbook."""
    officer = next(who for who in http_world.attackers if who.name == "province province_officer")
    answer = officer.client.get("/console/province/export")
    assert found_in(answer, (http_world.theirs.registered, "乙二市")) == [
        http_world.theirs.registered,
        "乙二市",
    ]
    assert json.dumps("乙") not in text_of(answer)
