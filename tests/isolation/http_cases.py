"""A case of a hostile body: handed in with a paper, checked by hand because no core system is connected, taken by its clerk."""

from __future__ import annotations

from pathlib import Path
from tempfile import mkdtemp
from uuid import UUID

from kernel.identity.actor import Actor
from kernel.storage.objects import ObjectFolder
from tenants.cases import service
from tenants.core_system.adapters.demo_people import DEMO_PEOPLE
from tests.database import TestDatabase
from tests.tenants.cases.world import World

PAPER = "个人征信查询授权书"


def leave_case(database: TestDatabase, tenant_id: UUID, clerk: Actor, word: str) -> tuple[UUID, UUID]:
    """The case's id and its file's; `word` stands in what the applicant wrote."""
    if database.door().files is None:
        database.door().files = ObjectFolder(Path(mkdtemp(prefix="gjj-test-files-")))
    world = World(database, tenant_id)
    party = world.party(DEMO_PEOPLE[0], "app")
    case_id = world.draft(party, "W03", explanation=word)
    file_id = world.handed_in(party, case_id, PAPER)
    with world.as_citizen(party) as session:
        service.submit(session, party, case_id)
    world.work("cases.check")
    with world.as_staff() as session:
        service.take(session, clerk, case_id)
    return case_id, file_id
