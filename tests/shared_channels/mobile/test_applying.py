"""Applying, following and rating on the phone, through the pages' own forms."""

from __future__ import annotations

import io
import re
from itertools import cycle
from uuid import UUID

import pytest

from kernel.tenancy import tenants
from tenants.cases import service
from tenants.core_system.adapters.demo_people import DEMO_PEOPLE, DemoPerson
from tenants.core_system.models import Mode
from tests.database import TestDatabase
from tests.shared_channels.accounts.phone import Phone, phone_of
from tests.shared_channels.accounts.test_binding import typed
from tests.shared_channels.accounts.world import Codes
from tests.tenants.cases.world import PAPER, World, open_world, settled

ITEM = "W02"
WITH_PAPERS = "W03"
_people = cycle(DEMO_PEOPLE[3:])


@pytest.fixture
def world(database: TestDatabase) -> World:
    return open_world(database, "C99130")  # another code where this one is taken: nobody is bound there yet


@pytest.fixture
def phone(database: TestDatabase, codes: Codes, world: World, patient: None) -> Phone:
    """Registered, bound, proven to be the real person."""
    found = tenants.by_id(database.door(), world.tenant_id)
    assert found is not None
    mine = phone_of(database, codes, found.code)
    mine.register()
    mine.follow(mine.send(mine.get("bind"), "/bind", typed(_next())))
    page = mine.get("step-up")
    return mine if "已经完成核验" in mine.follow(_prove(mine, page)).text else mine


def _next() -> DemoPerson:
    return next(_people)


def _prove(phone: Phone, page: object) -> object:
    answer = phone.send(page, "/step-up/phone", {"evidence": "present"})  # type: ignore[arg-type]
    assert answer.status_code == 303, answer.text[:500]
    return answer


def _case_of(location: str) -> UUID:
    found = re.search(r"/cases/([0-9a-f-]{36})", location)
    assert found is not None, location
    return UUID(found.group(1))


def _draft(phone: Phone, item: str = ITEM) -> tuple[UUID, str]:
    started = phone.send(phone.get(f"items/{item}"), f"/items/{item}/start")
    assert started.status_code == 303, started.text[:800]
    case_id = _case_of(started.location)
    return case_id, f"cases/{case_id}"


def _filled(phone: Phone, path: str, **typed: str) -> object:
    page = phone.get(f"{path}/fill")
    values = {"form-amount_fen": "5,000.00", "act": "next"} | typed
    return phone.send(page, "/fill", values)


def test_visitors_are_led_to_the_log_in_and_back(
    database: TestDatabase, codes: Codes, world: World, patient: None
) -> None:
    found = tenants.by_id(database.door(), world.tenant_id)
    assert found is not None
    mine = phone_of(database, codes, found.code)
    page = mine.get(f"items/{ITEM}")
    assert "在线办理" in page.text
    answer = mine.send(page, f"/items/{ITEM}/start")
    assert "/sign-in" in answer.location
    assert "登录后" in mine.get("progress").text
    assert mine.get(f"items/{ITEM}/start").status_code == 303


def test_the_balance_stands_on_the_first_page(phone: Phone, world: World) -> None:
    page = phone.get("")
    assert "数据来源" in page.text
    assert re.search(r"\d[\d,]*\.\d\d", page.text)
    world.core(Mode.DOWN)
    try:
        assert "暂时不能" in phone.get("").text
    finally:
        world.core(Mode.NORMAL)


def test_from_the_form_to_the_rating(phone: Phone, world: World) -> None:
    case_id, path = _draft(phone)
    bad = _filled(phone, path, **{"form-amount_fen": "很多"})
    assert bad.status_code == 422  # type: ignore[attr-defined]
    assert "很多" in bad.text  # type: ignore[attr-defined]
    assert "金额" in bad.text  # type: ignore[attr-defined]
    kept = _filled(phone, path, act="stay")
    assert kept.status_code == 303  # type: ignore[attr-defined]
    assert "5000.00" in phone.get(f"{path}/fill").text
    summary = phone.follow(_filled(phone, path))  # type: ignore[arg-type]
    assert "5,000.00 元" in summary.text
    shown = phone.follow(phone.send(summary, "/submit"))
    assert "办件编号" in shown.text
    world.work("cases.check")
    with world.as_staff() as session:
        service.take(session, world.clerk(), case_id)
    with world.as_staff() as session:
        service.decide(session, world.clerk(), case_id, "approve", "材料齐全")
    world.work("cases.pay")
    with settled():
        world.work("cases.pay", 2)
    page = phone.get(path)
    assert "材料齐全" in page.text
    assert "核对回执" in page.text
    assert "已划出" in page.text or "划款" in page.text
    assert world.clerk().name not in page.text, "clerks have no names on applicants' pages"
    wrong = phone.send(page, "/rate", {"words": "好"})
    assert wrong.status_code == 422
    rated = phone.follow(phone.send(page, "/rate", {"grade": "very_satisfied", "words": "办得快"}))
    assert "非常满意" in rated.text
    assert "/rate" not in rated.text, "a rating is given once"


def test_a_running_case_is_opened_instead_of_begun_twice(phone: Phone) -> None:
    case_id, _ = _draft(phone)
    again = phone.send(phone.get(f"items/{ITEM}"), f"/items/{ITEM}/start")
    assert _case_of(again.location) == case_id
    assert "在办理" in phone.follow(again).text


def test_two_pages_of_one_draft_do_not_overwrite_each_other(phone: Phone) -> None:
    _, path = _draft(phone)
    first, second = phone.get(f"{path}/fill"), phone.get(f"{path}/fill")
    assert phone.send(first, "/fill", {"form-amount_fen": "100", "act": "stay"}).status_code == 303
    late = phone.send(second, "/fill", {"form-amount_fen": "200", "act": "stay"})
    assert late.status_code == 409
    assert "200.00" in late.text or 'value="200' in late.text, "what was typed is still there"


def test_a_file_of_another_kind_is_refused_in_words(phone: Phone) -> None:
    _, path = _draft(phone, WITH_PAPERS)
    page = phone.get(f"{path}/fill")
    material = re.search(r'name="material" value="([^"]+)"', page.text)
    assert material is not None
    answer = _upload(phone, page, material.group(1), b"MZ\x90 not a paper", "program.pdf")
    assert answer.status_code in (415, 422)
    assert "材料" in answer.text


def test_withdrawing_frees_the_item(phone: Phone) -> None:
    case_id, path = _draft(phone)
    gone = phone.follow(phone.send(phone.get(f"{path}/fill"), "/withdraw"))
    assert "已撤回" in gone.text
    new, _ = _draft(phone)
    assert new != case_id


def test_nobody_opens_somebody_elses_case(
    database: TestDatabase, codes: Codes, phone: Phone, patient: None
) -> None:
    _, path = _draft(phone)
    other = phone_of(database, codes, phone.centre)
    other.register()
    other.follow(other.send(other.get("bind"), "/bind", typed(_next())))
    for page in ("", "/fill", "/confirm"):
        assert other.get(path + page).status_code == 404
    assert "还没有办件" in other.get("progress").text


def test_the_list_shows_ones_own(phone: Phone) -> None:
    _draft(phone)
    page = phone.get("progress")
    assert "草稿" in page.text


def test_papers_are_handed_in_and_taken_out_again(phone: Phone) -> None:
    _, path = _draft(phone, WITH_PAPERS)
    page = phone.get(f"{path}/fill")
    material = re.findall(r'name="material" value="([^"]+)"', page.text)[0]
    assert _upload(phone, page, material, PAPER, "材料.pdf").status_code == 303
    page = phone.get(f"{path}/fill")
    assert "材料.pdf" in page.text
    assert phone.send(page, "/remove").status_code == 303
    assert "材料.pdf" not in phone.get(f"{path}/fill").text


def _upload(phone: Phone, page: object, material: str, data: bytes, name: str):  # type: ignore[no-untyped-def]
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)  # type: ignore[attr-defined]
    address = re.search(r'action="([^"]+/materials)"', page.text)  # type: ignore[attr-defined]
    assert found is not None
    assert address is not None
    values = {"csrf_token": found.group(1), "material": material, "file": (io.BytesIO(data), name)}
    return phone.browser.post(address.group(1), data=values)
