"""Signed requests: whatever is changed, repeated, late or another's is refused (test AUTH-4)."""

from __future__ import annotations

import json
import threading
import time
from datetime import timedelta

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from kernel.db import utc_now
from shared_channels.channel_api.models import ChannelClient, ChannelNonce
from shared_channels.channel_api.policy import SKEW
from shared_channels.channel_api.service import checking, programs
from tests.database import TestDatabase
from tests.shared_channels.accounts.conftest import Centre, city, codes, town
from tests.shared_channels.channel_api.program import Program, registered

__all__ = ["city", "codes", "town"]
ENTER = {"user": "openid-1"}
UNKNOWN_USER = 409
"""The answer behind the signature: nobody is linked under that name."""


@pytest.fixture(params=["ed25519", "hmac-sha256"])
def program(request: pytest.FixtureRequest, database: TestDatabase, city: Centre) -> Program:
    return registered(database, "wechat", city.code, shared=request.param == "hmac-sha256")


def test_a_right_signature_is_let_through(program: Program) -> None:
    assert program.post("sessions", ENTER).status_code == UNKNOWN_USER


CHANGES = {
    "another body": {"body": b'{"user": "openid-2"}'},
    "a byte more": {"body": json.dumps(ENTER).encode() + b" "},
    "another path": {"target": "/api/v1/channel/links"},
    "a query": {"target": "/api/v1/channel/sessions?x=1"},
    "another method": {"method": "PUT"},
    "another time": {"headers": {"X-Gjj-Timestamp": str(int(time.time()) - 7)}},
    "another nonce": {"headers": {"X-Gjj-Nonce": "n" * 24}},
    "another person": {"headers": {"X-Gjj-Citizen": "p" * 43}},
    "no signature": {"headers": {"X-Gjj-Signature": ""}},
    "a short signature": {"headers": {"X-Gjj-Signature": "00" * 16}},
    "zeros": {"headers": {"X-Gjj-Signature": "00" * 64}},
    "short zeros": {"headers": {"X-Gjj-Signature": "00" * 32}},
    "no nonce": {"headers": {"X-Gjj-Nonce": ""}},
    "a short nonce": {"headers": {"X-Gjj-Nonce": "n"}},
    "an unknown program": {"headers": {"X-Gjj-Client": "wechat-unknown"}},
    "no program": {"headers": {"X-Gjj-Client": ""}},
    "no time": {"headers": {"X-Gjj-Timestamp": ""}},
    "a time in words": {"headers": {"X-Gjj-Timestamp": "now"}},
    "a negative time": {"headers": {"X-Gjj-Timestamp": "-1"}},
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_request_that_was_changed_after_signing_is_refused(program: Program, change: str) -> None:
    body, target = json.dumps(ENTER).encode(), "/api/v1/channel/sessions"
    headers = program.headers("POST", target, body)
    told = CHANGES[change]
    sent_body, sent_target = told.get("body", body), str(told.get("target", target))
    answer = program.http.open(
        sent_target,
        method=str(told.get("method", "POST")),
        data=sent_body,
        headers=headers | dict(told.get("headers", {})),
    )
    if change == "another method":
        assert answer.status_code == 405
    elif change == "another path":
        assert answer.status_code in (401, 422)
    else:
        assert answer.status_code == 401
        assert answer.get_json()["code"] == "channel.signature"


def test_another_centre_than_signed_is_refused(program: Program, town: Centre) -> None:
    body, target = json.dumps(ENTER).encode(), "/api/v1/channel/sessions"
    headers = program.headers("POST", target, body) | {"X-Gjj-Centre": town.code}
    assert program.http.post(target, data=body, headers=headers).status_code == 401


def test_the_key_of_another_program_is_refused(
    database: TestDatabase, program: Program, city: Centre
) -> None:
    other = registered(database, "wechat", city.code, shared=isinstance(program.key, bytes))
    crossed = registered(database, "wechat", city.code, shared=not isinstance(program.key, bytes))
    for thief in (other, crossed):
        thief.code = program.code
        assert thief.post("sessions", ENTER).status_code == 401
    stranger = Program(program.http, program.code, program.centre, Ed25519PrivateKey.generate())
    assert stranger.post("sessions", ENTER).status_code == 401


def test_a_public_key_is_no_shared_secret(database: TestDatabase, city: Centre) -> None:
    program = registered(database, "wechat", city.code)
    assert isinstance(program.key, Ed25519PrivateKey)
    public = program.key.public_key().public_bytes_raw()
    assert Program(program.http, program.code, city.code, public).post("sessions", ENTER).status_code == 401


def test_the_same_request_again_is_refused_also_sixty_four_times_at_once(program: Program) -> None:
    body, target = json.dumps(ENTER).encode(), "/api/v1/channel/sessions"
    headers, statuses, start = program.headers("POST", target, body), [], threading.Barrier(32)

    def one() -> None:
        browser = program.http.application.test_client()
        start.wait()
        for _ in range(2):
            statuses.append(browser.post(target, data=body, headers=headers).status_code)

    threads = [threading.Thread(target=one) for _ in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(statuses) == 64
    assert statuses.count(UNKNOWN_USER) == 1
    assert set(statuses) <= {UNKNOWN_USER, 401, 503}, "the house may be full, nothing else"


@pytest.mark.parametrize(("seconds", "status"), [(-301, 401), (-290, 409), (290, 409), (301 + 5, 401)])
def test_clocks_may_differ_by_five_minutes(program: Program, seconds: int, status: int) -> None:
    program.changed = {"X-Gjj-Timestamp": str(int(time.time()) + seconds)}
    answer = program.post("sessions", ENTER)
    assert answer.status_code == status
    if status == 401:
        assert answer.get_json()["code"] == "channel.clock"


def test_a_nonce_is_kept_for_as_long_as_its_request_could_come_again(
    database: TestDatabase, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    program.changed = {"X-Gjj-Timestamp": str(int(time.time()) + 299)}
    program.post("sessions", ENTER)
    monkeypatch.setattr(checking, "utc_now", lambda: utc_now() + 2 * SKEW)
    assert _kept(database, program) == 1, "the latest moment at which it would be taken again"
    monkeypatch.setattr(checking, "utc_now", lambda: utc_now() + 2 * SKEW + timedelta(minutes=5))
    assert _kept(database, program) == 0


def _kept(database: TestDatabase, program: Program) -> int:
    """Nonces of that program after the hourly clearing."""
    with database.door().tenant_tx(database.scope()) as session:
        checking.forget_nonces(session)
        mine = select(ChannelNonce.id).join(ChannelClient, ChannelClient.id == ChannelNonce.client_id)
        return len(session.scalars(mine.where(ChannelClient.code == program.code)).all())


def test_a_program_without_the_scope_or_of_another_centre_is_refused(
    database: TestDatabase, city: Centre, town: Centre
) -> None:
    bare = registered(database, "wechat", city.code, scopes=("cases",))
    assert bare.post("sessions", ENTER).status_code == 403
    elsewhere = registered(database, "kiosk", city.code, only=town.code)
    assert elsewhere.post("sessions", {}).status_code == 403
    elsewhere.centre = town.code
    assert elsewhere.post("sessions", {"challenge": "x" * 43, "code": "123456"}).status_code == 422


def test_a_stopped_program_is_out_at_its_next_request(database: TestDatabase, program: Program) -> None:
    assert program.post("sessions", ENTER).status_code == UNKNOWN_USER
    with database.door().tenant_tx(database.scope()) as session:
        programs.stop(session, program.code)
        session.audit("channel_api.stopped", "channel_client", program.code, "停用渠道程序")
    assert program.post("sessions", ENTER).status_code == 401


def test_an_expired_program_is_out(database: TestDatabase, program: Program) -> None:
    with psycopg.connect(database.superuser_dsn) as connection:
        connection.execute(
            "update channel_client set valid_to = now() - interval '1 second' where code = %s",
            (program.code,),
        )
    assert program.post("sessions", ENTER).status_code == 401


def test_a_shared_secret_does_not_stand_in_the_table(database: TestDatabase, city: Centre) -> None:
    program = registered(database, "hall", city.code, shared=True)
    assert isinstance(program.key, bytes)
    with psycopg.connect(database.superuser_dsn) as connection:
        row = connection.execute("select key from channel_client where code = %s", (program.code,)).fetchone()
    assert row is not None
    assert program.key not in bytes(row[0])
    assert program.key.hex().encode() not in bytes(row[0])
