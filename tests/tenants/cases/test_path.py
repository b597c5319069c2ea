"""The way of a withdrawal from draft to closing."""

from __future__ import annotations

import pytest

from tenants.cases import queries, service
from tenants.cases.errors import RatedAlready
from tenants.cases.models import CaseState
from tests.tenants.cases.world import World


def test_a_withdrawal_from_draft_to_rating(world: World) -> None:
    party = world.party()
    case_id = world.decided(party)
    assert world.state(case_id) == CaseState.APPROVED
    world.work("cases.pay")
    case = world.case(case_id)
    assert (case.state, case.payout_state) == (CaseState.APPROVED, "accepted")
    assert case.payout_no.startswith("YS")
    with world.as_citizen(party) as session:
        shown = queries.progress(session, queries.own_case(session, party.account_id, case_id))
        assert shown.now_zh == "审核通过，正在划款。"
