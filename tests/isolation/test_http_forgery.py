"""WEB-3: a form without its token, or with somebody else's, has no effect; every answer carries the security headers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kernel.web.downloads import SANDBOX
from tests.isolation.http_routes import Route, complete, own_values, routes
from tests.isolation.http_world import Attacker, HttpWorld
from tests.web_client import token_for

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
POLICY = (
    "default-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'self'",
)


def _unsafe(world: HttpWorld) -> Iterator[tuple[Attacker, Route, str]]:
    """Each mutating route with somebody of each kind of body who may use it."""
    for route in routes(world.app):
        for kind in ("centre", "sub_centre", "province"):
            may = (a for a in world.attackers if a.kind == kind and a.may(route.permission))
            who = next(may, None) if route.unsafe else None
            if who is not None:
                yield who, route, route.path(world.app, complete(route, own_values(world, kind)))


@pytest.mark.parametrize("token", ["none", "another person's", "another key's", "empty"])
def test_a_forged_form_has_no_effect(http_world: HttpWorld, token: str) -> None:
    owner = next(a for a in http_world.attackers if a.kind == "centre")
    stranger = next(a for a in http_world.attackers if a.kind == "province")
    given = {
        "none": None,
        "another person's": token_for(stranger.client),
        "another key's": "0123456789abcdef." + "0" * 64,
        "empty": "",
    }[token]
    assert token_for(owner.client) != given
    before, count, wrong = http_world.own_fingerprint(), 0, []
    for who, route, path in _unsafe(http_world):
        if who is stranger and token == "another person's":
            continue  # it is their own
        data = {} if given is None else {"csrf_token": given}
        answer = who.client.open(path, method=route.method, data=data)
        count += 1
        if answer.status_code != 403 or not _says_forged(answer.get_data(as_text=True)):
            wrong.append(f"{who.name} {route}: {answer.status_code}")
    after = http_world.own_fingerprint()
    print(f"\n{count} forms, token: {token}")
    assert not wrong, "\n".join(wrong)
    assert [table for table in before if before[table] != after[table] and table != "session"] == []
    assert count >= 40


def _says_forged(text: str) -> bool:
    return "页面已过期" in text or "urn:gjj:problem:csrf" in text


def test_a_request_that_the_browser_calls_cross_site_is_refused_even_with_a_token(
    http_world: HttpWorld,
) -> None:
    wrong = []
    for who, route, path in _unsafe(http_world):
        headers = {"X-CSRF-Token": token_for(who.client), "Sec-Fetch-Site": "cross-site"}
        answer = who.client.open(path, method=route.method, headers=headers)
        if answer.status_code != 403:
            wrong.append(f"{who.name} {route}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


def test_every_answer_carries_the_security_headers(http_world: HttpWorld) -> None:
    wrong, count = [], 0
    people = [
        next(a for a in http_world.attackers if a.kind == kind) for kind in ("centre", "province", "public")
    ]
    for route in routes(http_world.app):
        for who in people:
            path = route.path(http_world.app, complete(route, own_values(http_world, who.kind)))
            for method in (route.method, "OPTIONS", "TRACE"):
                answer = who.client.open(path, method=method)
                count += 1
                faults = [name for name, value in HEADERS.items() if answer.headers.get(name) != value]
                policy = answer.headers.get("Content-Security-Policy", "")
                saved = answer.headers.get("Content-Disposition", "").startswith("attachment")
                faults += [part for part in ((SANDBOX,) if saved else POLICY) if part not in policy]
                faults += ["unsafe script"] if "script-src 'self' 'unsafe" in policy else []
                faults += ["no Cache-Control"] if not answer.headers.get("Cache-Control") else []
                faults += ["names the server"] if answer.headers.get("Server") else []
                wrong += [f"{who.name} {method} {path}: {fault}" for fault in faults]
    print(f"\n{count} answers")
    assert not wrong, "\n".join(wrong)


def test_pages_behind_the_log_in_are_never_stored(http_world: HttpWorld) -> None:
    wrong, count = [], 0
    for route in routes(http_world.app):
        who = next((a for a in http_world.attackers if a.kind == "centre" and a.may(route.permission)), None)
        if who is None or route.unsafe or route.permission == "public":
            continue
        path = route.path(http_world.app, complete(route, own_values(http_world, who.kind)))
        cached = who.client.get(path).headers.get("Cache-Control", "")
        count += 1
        if (
            not {"no-store", "no-cache", "private"} & {part.strip() for part in cached.split(",")}
            or "public" in cached
        ):
            wrong.append(f"{route}: {cached!r}")
    assert not wrong, "\n".join(wrong)
    assert count > 20
