"""Thousands of random steps by everybody who takes part, right and wrong: no forbidden state is ever reached.

2,000 steps by default, 10,000 with GJJ_LONG.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from acceptance.assessments import service as assessments
from acceptance.assessments.errors import PackageDamaged
from acceptance.assessments.models import Stage
from acceptance.assessments.policy.states import MOVES
from acceptance.dossiers import service as dossiers
from acceptance.rectifications import queries as findings
from acceptance.rectifications import service as rectifications
from acceptance.reviews import queries, service
from acceptance.reviews.models import OpinionSignature, PanelScore, PanelSeat, ReviewStep, SeatState
from acceptance.reviews.policy import QUORUM
from acceptance.verdicts.models import Verdict
from kernel.approvals import queries as changes
from kernel.approvals import service as approvals
from kernel.errors import DomainError
from tests.acceptance.assessments.world import World, build
from tests.acceptance.conftest import Site

STEPS = 100
WALKS = 100 if os.environ.get("GJJ_LONG") else 20


class Walk:
    """One application from the desk on; every verb may be tried at any time."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.draw = world, Random(seed)
        self.sheet, self.application = world.applied()
        self.refused: Counter[str] = Counter()
        self.done: Counter[str] = Counter()
        self.closed: dict[UUID, tuple[Decimal, bytes]] = {}

    def step(self, verb: str) -> None:
        """Try it; whatever happens, what holds still holds."""
        try:
            getattr(self, verb)()
            self.done[verb] += 1
        except DomainError as error:
            self.refused[error.code] += 1
        self.world.deliver()
        self.check()

    def one(self, people: list[Any]) -> Any:
        return self.draw.choice(people)

    def province(self, verb: Callable[..., Any], *args: Any, **more: Any) -> Any:
        return self.world.in_province(verb, *args, **more)

    # --- what everybody may try ---
    def accept(self) -> None:
        self.province(service.accept, self.one(self.world.officers), self.application)

    def send_back(self) -> None:
        self.province(service.send_back, self.one(self.world.officers), self.application, ["补充材料"])

    def apply_again(self) -> None:
        self.world.in_centre(
            assessments.apply, self.one([self.world.filler, self.world.submitter]), self.sheet
        )

    def appoint(self) -> None:
        count = self.draw.randint(1, 3)
        people = [e.person_id for e in self.draw.sample(self.world.experts, count)]
        self.province(service.appoint, self.one(self.world.officers), self.application, people)

    def recuse(self) -> None:
        who = self.one([*self.world.experts, *self.world.officers])
        whom = self.one(self.world.experts).person_id
        self.province(service.recuse, who, self.application, "有关联", whom)

    def score(self) -> None:
        self.world.score_all(
            self.application, self.one(self.world.experts), Decimal(self.draw.choice(["0.4", "0.85", "0.95"]))
        )

    def close(self) -> None:
        expert = self.one(self.world.experts)
        if self.draw.random() < 0.7:
            self.world.score_all(self.application, expert, Decimal(self.draw.choice(["0.7", "0.85", "0.9"])))
        self.province(service.close_sheet, expert, self.application)

    def discuss(self) -> None:
        self.province(service.conclude_discussion, self.one(self.world.officers), self.application, "已合议")

    def draft(self) -> None:
        vetoes = [("V9", "核实")] if self.draw.random() < 0.2 else []
        self.province(service.draft_opinion, self.one(self.world.officers), self.application, "同意", vetoes)

    def sign(self) -> None:
        agrees = self.draw.random() < 0.8
        who = self.one([*self.world.experts, self.world.officers[0]])
        self.province(
            service.sign_opinion, who, self.application, agrees=agrees, dissent_zh="" if agrees else "不同意"
        )

    def find(self) -> None:
        who = self.one([*self.world.experts, *self.world.officers])
        must = self.draw.random() < 0.8
        self.province(rectifications.write_finding, who, self.application, "B10", "问题", must=must)

    def issue(self) -> None:
        self.province(rectifications.issue_opinion, self.one(self.world.officers), self.application)

    def answer(self) -> None:
        for finding in self._findings(self.world.centre, "open", "failed"):
            self.world.in_centre(rectifications.answer, self.world.filler, finding, "已整改")
        self.world.in_centre(
            rectifications.send_answers, self.one([self.world.filler, self.world.submitter]), self.sheet
        )

    def recheck(self) -> None:
        for finding in self._findings(None, "answered", "open", "passed")[:2]:
            who = self.one([*self.world.officers, *self.world.experts])
            passed = self.draw.random() < 0.6
            self.province(rectifications.recheck, who, finding, passed=passed, note_zh="意见")

    def propose(self) -> None:
        from acceptance.verdicts import service as verdicts

        self.province(verdicts.propose, self.one(self.world.officers), self.application, "整改完毕")

    def approve(self) -> None:
        with self.world.site.inside(read_only=True) as session:
            about = changes.about(session, "review_application", str(self.application))
            found = [(c.id, bytes(c.content_hash)) for c in about]
        for change, seen in found[:1]:
            self.province(approvals.approve, self.one(self.world.officers), change, seen)

    def send_damaged(self) -> None:
        from acceptance.rectifications.events import AnswersSent

        event = AnswersSent(
            self.world.site.database.province_id, self.world.centre, self.sheet, UUID(int=7), "answers", "{}", "0" * 64, "",
        )  # fmt: skip
        try:
            self.province(rectifications.receive_answers, event)
        except PackageDamaged:
            return
        raise AssertionError("a damaged package was taken")

    def _findings(self, place: UUID | None, *states: str) -> list[UUID]:
        with self.world.site.inside(place, read_only=True) as session:
            return [f.finding_id for f in findings.in_states(session, self.sheet, *states)]

    # --- what always holds ---
    def check(self) -> None:
        with self.world.site.inside(read_only=True) as session:
            row = queries.application(session, self.application)
            steps = queries.steps(session, row.id)
            seats = queries.seats(session, row.id)
            self._steps(row, list(steps))
            self._seats(session, row, list(seats))
            verdicts = session.scalar(
                select(func.count()).select_from(Verdict).where(Verdict.assessment_id == self.sheet)
            )
            assert verdicts == (row.state == Stage.CONCLUDED)
            state = row.state
        with self.world.site.inside(self.world.centre, read_only=True) as session:
            from acceptance.assessments import queries as sheets

            assert sheets.assessment(session, self.sheet).state == state

    def _steps(self, row: Any, steps: list[ReviewStep]) -> None:
        assert [s.number for s in steps] == list(range(1, len(steps) + 1))
        assert (row.step, row.state) == (steps[-1].number, steps[-1].to_state)
        for before, after in zip(steps, steps[1:], strict=False):
            assert after.from_state == before.to_state
            assert after.to_state in MOVES[before.to_state]

    def _seats(self, session: Any, row: Any, seats: list[PanelSeat]) -> None:
        closed = [s for s in seats if s.state == SeatState.CLOSED]
        if row.state in queries.SCORED:
            assert len(closed) >= QUORUM
            assert not [s for s in seats if s.state == SeatState.SEATED]
        for seat in closed:
            found = session.scalar(select(func.sum(PanelScore.points)).where(PanelScore.seat_id == seat.id))
            now = (found, bytes(seat.sheet_hash or b""))
            assert seat.total == found
            assert self.closed.setdefault(seat.id, now) == now, "a closed sheet changed"
        if row.state in (Stage.RECTIFYING, Stage.RECHECKING, Stage.SIGNING, Stage.CONCLUDED):
            signed = session.scalars(
                select(OpinionSignature.seat_id).where(OpinionSignature.draft_number == row.opinion_number)
            ).all()
            assert {s.id for s in closed} <= set(signed)
        if row.state in (Stage.SIGNING, Stage.CONCLUDED):
            left = findings.in_states(session, self.sheet, "open", "answered", "failed", "draft")
            assert not left


VERBS = (
    "accept", "send_back", "apply_again", "appoint", "recuse", "score", "close", "discuss", "draft", "sign", "find", "issue",
    "answer", "recheck", "propose", "approve", "send_damaged",
)  # fmt: skip
NEXT = {
    Stage.DESK: ("accept", "accept", "send_back"),
    Stage.RETURNED: ("apply_again",),
    Stage.PANEL: ("appoint", "find", "close", "close", "recuse"),
    Stage.DISCUSSION: ("discuss", "appoint"),
    Stage.OPINION: ("draft", "sign", "sign", "sign", "issue", "find"),
    Stage.RECTIFYING: ("answer",),
    Stage.RECHECKING: ("recheck",),
    Stage.SIGNING: ("propose", "approve"),
    Stage.CONCLUDED: VERBS,
    Stage.APPLIED: ("accept",),
}
"""Half of the steps are sensible ones, else no walk would get far."""

SEEN: Counter[str] = Counter()


@pytest.mark.timeout(1800)  # the long form takes minutes on a busy machine
def test_no_forbidden_state_is_reached(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    total = Counter[str]()
    # Dossiers are no part of this, and writing a hundred of them outlasts the leases of their jobs on a busy machine.
    monkeypatch.setattr(dossiers, "compose", lambda session, verdict_id: None)

    @settings(
        max_examples=WALKS,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(st.integers(0, 2**32), st.lists(st.sampled_from(VERBS), min_size=STEPS, max_size=STEPS))
    def walks(seed: int, verbs: list[str]) -> None:
        walk = Walk(build(site, "C95821"), seed)
        for number, verb in enumerate(verbs):
            with site.inside(read_only=True) as session:
                state = Stage(queries.application(session, walk.application).state)
            SEEN[state] += 1
            walk.step(walk.draw.choice(NEXT[state]) if number % 2 else verb)
        total.update({"steps": STEPS, "refused": sum(walk.refused.values()), "done": sum(walk.done.values())})

    walks()
    print(f"\n{dict(total)} by state {dict(SEEN)}")
    assert total["steps"] >= WALKS * STEPS
    assert total["refused"] > 200
    assert {Stage.DESK, Stage.PANEL, Stage.OPINION, Stage.SIGNING, Stage.CONCLUDED} <= set(SEEN)
    assert {Stage.DISCUSSION, Stage.RECTIFYING, Stage.RECHECKING} <= set(SEEN)
