"""Cases over the channel interface: one draft on several channels, one case from many, exactly one."""

from __future__ import annotations

import threading
from dataclasses import replace
from itertools import cycle
from uuid import uuid4

import pytest

from kernel.tenancy import tenants
from shared_channels.accounts.entering import codes as proving
from shared_channels.accounts.policy import PROOFS_OF_PERSON_A_DAY
from tenants.cases.errors import CaseInFlight
from tenants.cases.ports import Party
from tenants.core_system.adapters.demo_people import DEMO_PEOPLE
from tests.database import TestDatabase
from tests.shared_channels.accounts.conftest import codes, patient
from tests.shared_channels.accounts.phone import Phone, phone_of
from tests.shared_channels.accounts.test_binding import typed
from tests.shared_channels.accounts.world import Codes
from tests.shared_channels.channel_api.program import Program, registered
from tests.shared_channels.channel_api.test_entering import ask, link
from tests.tenants.cases.world import World, open_world

__all__ = ["codes", "patient"]
_people = cycle(DEMO_PEOPLE)
SCOPES = ("sessions", "cases")


@pytest.fixture
def world(database: TestDatabase) -> World:
    return open_world(database, "C99140")


@pytest.fixture
def owner(
    database: TestDatabase, codes: Codes, world: World, patient: None, monkeypatch: pytest.MonkeyPatch
) -> Phone:
    """The few people of the demo core are proven again and again by all tests of a day."""
    monkeypatch.setattr(proving, "PROOFS_OF_PERSON_A_DAY", replace(PROOFS_OF_PERSON_A_DAY, most=1000))
    found = tenants.by_id(database.door(), world.tenant_id)
    assert found is not None
    mine = phone_of(database, codes, found.code)
    mine.register()
    mine.follow(mine.send(mine.get("bind"), "/bind", typed(next(_people))))
    return mine


def _proven(program: Program, owner: Phone) -> Program:
    if program.code.startswith("kiosk"):
        answer = program.post("sessions", {"challenge": ask(program, owner), "code": owner.codes.last})
        program.citizen = answer.get_json()["citizen_key"]
    else:
        program.citizen = link(program, owner, f"user-{program.code}")
    assert program.post("proofs", {"means": "face", "evidence": "absent"}).get_json()["proven"] is False
    assert program.post("proofs", {"means": "face", "evidence": "present"}).get_json() == {
        "proven": True,
        "level": 3,
    }
    return program


def test_a_draft_goes_on_in_another_channel(database: TestDatabase, owner: Phone) -> None:
    wechat = _proven(registered(database, "wechat", owner.centre, scopes=SCOPES), owner)
    case = wechat.post("cases", {"item_code": "W02"}).get_json()
    saved = wechat.send(
        "PUT", f"cases/{case['id']}/form", {"form": {"amount_fen": 120_000}, "version": case["version"]}
    )
    assert saved.status_code == 200, saved.text
    hall = _proven(registered(database, "hall", owner.centre, scopes=SCOPES), owner)
    seen = hall.send("GET", f"cases/{case['id']}").get_json()
    assert seen["form"] == {"amount_fen": 120_000}
    late = wechat.send(
        "PUT", f"cases/{case['id']}/form", {"form": {"amount_fen": 1}, "version": case["version"]}
    )
    assert late.status_code == 409
    done = hall.post(f"cases/{case['id']}/submit", {"version": seen["version"]})
    assert done.status_code == 200, done.text
    assert done.get_json()["state"] == "submitted"
    assert [each["number"] for each in wechat.send("GET", "cases").get_json()["cases"]] == [case["number"]]


def test_the_kiosk_refuses_what_runs_already_and_names_it(database: TestDatabase, owner: Phone) -> None:
    wechat = _proven(registered(database, "wechat", owner.centre, scopes=SCOPES), owner)
    case = wechat.post("cases", {"item_code": "W02"}).get_json()
    kiosk = _proven(registered(database, "kiosk", owner.centre, scopes=SCOPES), owner)
    refused = kiosk.post("cases", {"item_code": "W02"})
    assert refused.status_code == 409
    body = refused.get_json()
    assert body["case_number"] == case["number"]
    assert "微信" in body["detail"] or "微信" in body["title"]


def test_nothing_opens_without_the_scope_the_level_or_the_owner(database: TestDatabase, owner: Phone) -> None:
    narrow = registered(database, "wechat", owner.centre)
    narrow.citizen = link(narrow, owner, "user-narrow")
    assert narrow.post("cases", {"item_code": "W02"}).status_code == 403
    unproven = registered(database, "hall", owner.centre, scopes=SCOPES)
    unproven.citizen = link(unproven, owner, "user-hall")
    refused = unproven.post("cases", {"item_code": "W02"})
    assert refused.status_code == 403
    assert refused.get_json()["level_needed"] == "L3"
    assert unproven.send("GET", f"cases/{uuid4()}").status_code == 404
    assert unproven.post("cases", {"item_code": "w"}).status_code == 422


def test_sixty_four_starts_from_five_channels_make_one_case(world: World) -> None:
    """Each on a connection of its own, all at once; the refused ones learn of the one that runs."""
    from tenants.cases import service

    account, channels = uuid4(), cycle(("wechat", "gov_app", "kiosk", "hall", "h5"))
    parties = [world.party(channel=next(channels), account=account) for _ in range(64)]
    begun, refused, gate = [], [], threading.Barrier(8)
    lock = threading.Lock()

    def one(mine: list[Party]) -> None:
        gate.wait()
        for party in mine:
            try:
                with world.as_citizen(party) as session:
                    case = service.start(session, party, "W02")
                    number = case.number
                with lock:
                    begun.append(number)
            except CaseInFlight as running:
                with lock:
                    refused.append(running.number)

    threads = [threading.Thread(target=one, args=(parties[n::8],)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(begun) == 1
    assert refused == begun * 63
