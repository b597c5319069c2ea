"""A centre with the standard items, the demo core system and a depositor who applies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp
from uuid import UUID, uuid4

from sqlalchemy import select

import tenants.cases.jobs  # noqa: F401
from kernel.calendar import clock
from kernel.crypto.masks import MaskKind
from kernel.crypto.secret import Secret
from kernel.db import TenantSession
from kernel.db.ids import uuid7
from kernel.db.roles import DbRole, Login
from kernel.events.models import OutboxEvent
from kernel.identity.actor import Actor
from kernel.jobs.runner import Outcome, run
from kernel.storage import service as storage
from kernel.storage.objects import ObjectFolder
from tenants.cases import service
from tenants.cases.models import CaseState, ServiceCase
from tenants.cases.ports import Party
from tenants.catalogue import seed
from tenants.catalogue.models import ServiceItemRevision
from tenants.core_system import service as core
from tenants.core_system.adapters.demo_people import DEMO_PEOPLE, DemoPerson
from tenants.core_system.models import Mode
from tests.database import TestDatabase
from tests.people import person

ITEM = "W02"
PAPER = b"%PDF-1.4\n1 0 obj <</Type /Catalog>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n"
AMOUNT = 500_000
PERSON = DEMO_PEOPLE[0]


@dataclass
class World:
    """One centre of the tests and the ways to act in it."""

    database: TestDatabase
    tenant_id: UUID
    clerks: dict[str, Actor] = field(default_factory=dict)

    def party(
        self, who: DemoPerson = PERSON, channel: str = "wechat", level: int = 3, account: UUID | None = None
    ) -> Party:
        name, phone = Secret(who.name, MaskKind.NAME), Secret(who.phone, MaskKind.PHONE)
        return Party(account or uuid4(), who.ref, channel, level, name, phone)

    @contextmanager
    def as_citizen(self, party: Party, *, read_only: bool = False) -> Iterator[TenantSession]:
        scope = self.database.scope(self.tenant_id, DbRole.CITIZEN, str(party.account_id))
        with self.database.door().tenant_tx(scope, read_only=read_only) as session:
            yield session

    @contextmanager
    def as_staff(self, *, read_only: bool = False) -> Iterator[TenantSession]:
        with self.database.door().tenant_tx(
            self.database.scope(self.tenant_id), read_only=read_only
        ) as session:
            yield session

    def clerk(self, name: str = "江疏影", unit_id: UUID | None = None) -> Actor:
        if name not in self.clerks:
            self.clerks[name] = person(self.database, self.tenant_id, name, "clerk", unit_id=unit_id)
        return self.clerks[name]

    def core(self, mode: Mode, **times: int) -> None:
        with self.as_staff() as session:
            core.set_mode(session, mode, **times)

    def draft(self, party: Party, item: str = ITEM, **form: object) -> UUID:
        """A filled-in draft."""
        with self.as_citizen(party) as session:
            case_id = service.start(session, party, item).id
        values = {"amount_fen": AMOUNT} | form if item.startswith("W") else form
        with self.as_citizen(party) as session:
            service.save(session, party, case_id, values, 0)
        return case_id

    def handed_in(self, party: Party, case_id: UUID, material: str) -> UUID:
        """A small paper, kept and attached."""
        with self.as_citizen(party) as session:
            kept = storage.keep(
                session, name="材料.pdf", media_type="application/pdf", data=PAPER, purpose="case_material"
            )
            service.attach(session, party, case_id, kept.id, material)
            return kept.id

    def submitted(self, party: Party, item: str = ITEM, **form: object) -> UUID:
        case_id = self.draft(party, item, **form)
        with self.as_citizen(party) as session:
            service.submit(session, party, case_id)
        return case_id

    def in_review(self, party: Party, item: str = ITEM, **form: object) -> UUID:
        case_id = self.submitted(party, item, **form)
        self.work("cases.check")
        assert self.state(case_id) == CaseState.IN_REVIEW
        return case_id

    def taken(self, party: Party, item: str = ITEM, **form: object) -> UUID:
        case_id = self.in_review(party, item, **form)
        with self.as_staff() as session:
            service.take(session, self.clerk(), case_id)
        return case_id

    def decided(self, party: Party, verdict: str = "approve", words: str = "", item: str = ITEM) -> UUID:
        case_id = self.taken(party, item)
        with self.as_staff() as session:
            service.decide(session, self.clerk(), case_id, verdict, words)
        return case_id

    def case(self, case_id: UUID) -> ServiceCase:
        with self.as_staff(read_only=True) as session:
            case = session.scalars(select(ServiceCase).where(ServiceCase.id == case_id)).one()
            session.expunge(case)
        return case

    def state(self, case_id: UUID) -> str:
        return self.case(case_id).state

    def work(self, name: str, times: int = 1) -> list[Outcome]:
        """Run the jobs of that name that wait, whenever they are due; what they enqueue runs in the next round."""
        return [outcome for _ in range(times) for outcome in self._round(name)]

    def waiting(self, name: str) -> list[dict]:
        with self.as_staff(read_only=True) as session:
            rows = select(OutboxEvent.payload).where(OutboxEvent.name == name, OutboxEvent.state == "ready")
            return list(session.scalars(rows))

    def _round(self, name: str) -> list[Outcome]:
        worker = self.database.door(Login.WORKER)
        with self.as_staff() as session:
            rows = session.scalars(
                select(OutboxEvent).where(
                    OutboxEvent.name == name, OutboxEvent.state.in_(("ready", "leased"))
                )
            ).all()
            leased = []
            for row in rows:
                row.state, row.token, row.attempts = "leased", uuid7(), row.attempts + 1
                leased.append((row.id, row.token))
        return [run(worker, self.tenant_id, event_id, token) for event_id, token in leased]


def open_world(database: TestDatabase, code: str = "C99110") -> World:
    """A fresh centre; the province's standard items are published once."""
    with database.door().tenant_tx(database.scope()) as session:
        known = session.scalar(
            select(ServiceItemRevision.id).where(ServiceItemRevision.code == ITEM).limit(1)
        )
        if known is None:
            seed.seed_province_template(session)
            session.audit("test.seeded", "tenant", database.province_id, "测试事项")
    if database.door().files is None:
        database.door().files = ObjectFolder(Path(mkdtemp(prefix="gjj-test-files-")))
    world = World(database, database.open_centre(code))
    world.core(Mode.NORMAL)
    return world


@contextmanager
def business_time(local: str) -> Iterator[None]:
    """Business time stands at that moment in Beijing (it runs on from there)."""
    wanted = datetime.fromisoformat(local).replace(tzinfo=clock.LOCAL)
    offset = wanted - datetime.now(UTC)
    clock.set_source(lambda: offset)
    try:
        yield
    finally:
        clock.set_source(timedelta)


@contextmanager
def settled() -> Iterator[None]:
    """A while later: the core system has carried out what it accepted."""
    clock.set_source(lambda: timedelta(minutes=1))
    try:
        yield
    finally:
        clock.set_source(timedelta)
