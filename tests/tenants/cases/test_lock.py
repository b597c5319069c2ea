"""One running case for each person and item, whoever asks at once and from wherever."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from tenants.cases import service
from tenants.cases.errors import CaseInFlight
from tenants.cases.models import ServiceCase
from tenants.core_system.adapters.demo_people import DEMO_PEOPLE
from tests.tenants.cases.world import World

CHANNELS = ("wechat", "hall", "app", "kiosk", "gov_app")


def test_sixty_four_starts_at_once_make_one_case(world: World) -> None:
    account = uuid4()
    parties = [world.party(DEMO_PEOPLE[0], CHANNELS[i % 5], account=account) for i in range(64)]

    def attempt(i: int) -> CaseInFlight | str:
        try:
            with world.as_citizen(parties[i]) as session:
                return service.start(session, parties[i], "W02").number
        except CaseInFlight as refused:
            return refused

    with ThreadPoolExecutor(64) as pool:
        answers = list(pool.map(attempt, range(64)))
    numbers = [answer for answer in answers if isinstance(answer, str)]
    refusals = [answer for answer in answers if isinstance(answer, CaseInFlight)]
    assert (len(numbers), len(refusals)) == (1, 63)
    assert {refusal.number for refusal in refusals} == set(numbers)
    assert all(numbers[0] in refusal.message_zh and refusal.case_id is not None for refusal in refusals)
    with world.as_staff(read_only=True) as session:
        count = select(func.count()).select_from(ServiceCase).where(ServiceCase.account_id == account)
        assert session.scalar(count) == 1


def test_the_refusal_says_where_it_runs_and_what_to_do(world: World) -> None:
    party = world.party(DEMO_PEOPLE[1])
    case_id = world.submitted(party)
    kiosk = world.party(DEMO_PEOPLE[1], "kiosk", account=party.account_id)
    with pytest.raises(CaseInFlight) as refused, world.as_citizen(kiosk) as session:
        service.start(session, kiosk, "W02")
    assert "在官方微信发起" in refused.value.message_zh
    assert refused.value.hint_zh.startswith("请在“进度”中查看办理情况")
    assert refused.value.extensions == {
        "case_number": world.case(case_id).number, "channel": "wechat", "case_id": str(case_id),
    }  # fmt: skip


def test_another_account_of_the_same_person_is_told_no_more_than_that(world: World) -> None:
    party, other = world.party(DEMO_PEOPLE[2]), world.party(DEMO_PEOPLE[2])
    world.submitted(party)
    with pytest.raises(CaseInFlight) as refused, world.as_citizen(other) as session:
        service.start(session, other, "W02")
    assert refused.value.hint_zh == "它由您的另一登录账号发起，请用原账号查看。"
    assert "case_id" not in refused.value.extensions


def test_another_item_and_a_withdrawn_case_do_not_stand_in_the_way(world: World) -> None:
    party = world.party(DEMO_PEOPLE[3])
    case_id = world.submitted(party)
    with world.as_citizen(party) as session:
        service.start(session, party, "W04")
    with world.as_citizen(party) as session:
        service.withdraw(session, party, case_id)
    with world.as_citizen(party) as session:
        assert service.start(session, party, "W02").id != case_id
