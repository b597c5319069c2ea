"""The sheet, admission in words, frozen packages, handing over exactly once."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import psycopg
import pytest
import sqlalchemy.exc
from sqlalchemy import func, select, update

from acceptance.assessments import queries, service
from acceptance.assessments.errors import (
    AlreadyOpen,
    AssessmentNotFound,
    NotAdmitted,
    NotEditable,
    OwnFilling,
    PackageDamaged,
    ProvinceDoesNotAssess,
    SavedMeanwhile,
)
from acceptance.assessments.events import ApplicationSent
from acceptance.assessments.models import AcceptancePackage, Assessment, PackageFile
from acceptance.assessments.policy import packages
from acceptance.reviews.models import ReviewApplication
from acceptance.reviews.service import receive_application
from kernel.errors import Invalid
from kernel.events.models import OutboxEvent
from kernel.storage import service as storage
from tests.acceptance.assessments.world import PDF, World, build
from tests.acceptance.conftest import Site
from tests.people import person


@pytest.fixture
def world(site: Site) -> World:
    return build(site, "C95801")


def _event(world: World, sheet: object) -> ApplicationSent:
    """The application as it went out."""
    with world.site.inside(world.centre, read_only=True) as session:
        rows = session.scalars(
            select(OutboxEvent).where(OutboxEvent.name.endswith(".receive_application"))
        ).all()
        return ApplicationSent.of(
            next(dict(r.payload) for r in rows if r.payload["assessment_id"] == str(sheet))
        )


def test_a_sheet_has_all_25_items_with_what_was_measured(world: World) -> None:
    sheet = world.open()
    with world.site.inside(world.centre, read_only=True) as session:
        whole = queries.sheet(session, queries.assessment(session, sheet))
        assert len(whole.items) == 25
        assert sum(i.item.points for i in whole.items) == 100
        values = [c for i in whole.items for c in i.checks if c["state"] == "value"]
        assert len(values) >= 5
        assert all(c["label_zh"] in ("实测", "报送") and c["source_hash"] for c in values)
        assert {v["code"] for v in whole.row.vetoes} >= {"V1", "V8", "V9"}


def test_only_one_is_open_and_the_province_has_none(world: World) -> None:
    world.open()
    with pytest.raises(AlreadyOpen):
        world.open()
    with pytest.raises(ProvinceDoesNotAssess):
        world.in_province(service.open_sheet, world.officers[0])


def test_what_was_measured_is_not_claimed_beyond_its_result(world: World) -> None:
    sheet = world.open()
    with world.site.inside(world.centre, read_only=True) as session:
        items = queries.sheet(session, queries.assessment(session, sheet)).items
        low = next(i for i in items if i.ceiling.most < i.item.points)
        code, most = low.item.code, low.ceiling.most
    with pytest.raises(Invalid):
        world.in_centre(
            service.save_item,
            world.filler,
            sheet,
            code,
            self_score=most + Decimal("0.01"),
            note_zh="",
            seen=0,
        )
    world.in_centre(service.save_item, world.filler, sheet, code, self_score=most, note_zh="", seen=0)


def test_nothing_that_was_saved_is_lost(world: World) -> None:
    sheet = world.open()
    for number, score in enumerate(("1", "1.5", "2")):
        world.in_centre(
            service.save_item,
            world.filler,
            sheet,
            "A02",
            self_score=Decimal(score),
            note_zh=score,
            seen=number,
        )
    with pytest.raises(SavedMeanwhile):
        world.in_centre(
            service.save_item, world.submitter, sheet, "A02", self_score=Decimal(0), note_zh="", seen=2
        )
    with world.site.inside(world.centre, read_only=True) as session:
        assert [e.note_zh for e in queries.entries(session, sheet, "A02")] == ["2", "1.5", "1"]


def test_admission_says_what_is_missing_and_what_to_do(world: World) -> None:
    sheet = world.open()
    with world.site.inside(world.centre, read_only=True) as session:
        found = {c.code: c for c in queries.conditions(session, queries.sheet(session, queries.assessment(session, sheet)))}  # fmt: skip
    assert [c for c in ("plan", "report", "filled", "score") if found[c].met] == []
    assert all(c.todo_zh for c in found.values() if not c.met)
    with pytest.raises(NotAdmitted):
        world.in_centre(service.apply, world.submitter, sheet)


@pytest.mark.parametrize("mode", ["in_progress", "provincial_shared"])
def test_a_centre_that_still_builds_does_not_apply(site: Site, mode: str) -> None:
    world = build(site, "C95802", mode)
    sheet = world.open()
    world.fill(sheet)
    if mode == "in_progress":
        with pytest.raises(NotAdmitted):
            world.in_centre(service.apply, world.submitter, sheet)
    else:
        world.in_centre(service.apply, world.submitter, sheet)


def test_whoever_filled_does_not_submit(world: World) -> None:
    sheet = world.open()
    world.fill(sheet)
    with pytest.raises(OwnFilling):
        world.in_centre(service.apply, world.filler, sheet)
    with (
        pytest.raises(sqlalchemy.exc.IntegrityError, match="four_eyes"),
        world.site.inside(world.centre) as session,
    ):
        session.execute(
            update(Assessment)
            .where(Assessment.id == sheet)
            .values(submitted_by_person_id=world.filler.person_id)
        )


def test_an_application_is_frozen_on_both_sides(world: World) -> None:
    sheet, _ = world.applied()
    with pytest.raises(NotEditable):
        world.in_centre(service.measure, sheet)
    held = []
    for place in (world.centre, None):
        with world.site.inside(place, read_only=True) as session:
            held.append([(p.body, p.body_hash) for p in queries.packages_of(session, sheet)])
    assert held[0] == held[1]
    assert packages.digest(bytes(held[0][0][0])) == bytes(held[0][0][1])


def test_frozen_bytes_do_not_change(world: World) -> None:
    sheet, _ = world.applied()
    with (
        pytest.raises(sqlalchemy.exc.ProgrammingError, match="permission denied"),
        world.site.inside(world.centre) as session,
    ):
        session.execute(update(AcceptancePackage).values(body=b"{}"))
    with (
        psycopg.connect(world.site.database.superuser_dsn) as root,
        pytest.raises(psycopg.errors.CheckViolation),
    ):
        root.execute("update acceptance_package set body = '{}' where assessment_id = %s", (sheet,))


def test_a_hand_over_takes_effect_once(world: World) -> None:
    sheet, application = world.applied()
    event = _event(world, sheet)
    for _ in range(2):
        with world.site.inside() as session:
            receive_application(session, event)
    with world.site.inside(read_only=True) as session:
        count = (
            select(func.count())
            .select_from(AcceptancePackage)
            .where(AcceptancePackage.assessment_id == sheet)
        )
        assert session.scalar(count) == 1
        assert session.get(ReviewApplication, (session.tenant_id, application)).step == 1  # type: ignore[union-attr]


@pytest.mark.parametrize("change", ["byte", "hash", "subject", "place"])
def test_a_package_that_is_not_what_it_says_is_not_taken(world: World, change: str) -> None:
    from dataclasses import replace

    sheet = world.open()
    world.fill(sheet)
    world.in_centre(service.apply, world.submitter, sheet)
    event = _event(world, sheet)
    broken = {
        "byte": replace(event, body=event.body.replace("见材料", "见附件", 1)),
        "hash": replace(event, sha256="0" * 64),
        "subject": replace(event, subject_id=uuid4()),
        "place": replace(event, package_id=uuid4()),
    }[change]
    with pytest.raises(PackageDamaged), world.site.inside() as session:
        receive_application(session, broken)
    world.deliver()


def test_files_arrive_as_copies_of_exactly_what_was_frozen(world: World) -> None:
    sheet, _ = world.applied()
    with world.site.inside(read_only=True) as session:
        package = queries.packages_of(session, sheet)[0].package_id
        files = queries.received_files(session, [package])
        assert len(files) == 2
        assert all(storage.read(session, f.file_id).startswith(PDF) for f in files if f.file_id)
        assert {f.file_id for f in files} & {f.source_file_id for f in files} == set()


def test_another_files_bytes_are_refused(world: World) -> None:
    sheet, _ = world.applied()
    other = world.file("别的")
    with pytest.raises(PackageDamaged, match="file"), world.site.inside() as session:
        row = queries.received_files(session, [queries.packages_of(session, sheet)[0].package_id])[0]
        forged = PackageFile(
            package_id=row.package_id, subject_id=row.subject_id, source_file_id=other, sha256=row.sha256,
            size=row.size, kind=row.kind, title_zh="冒充", reference="A01",
        )  # fmt: skip
        session.add(forged)
        session.flush()
        service.take_file(session, forged.id)


def test_another_centre_sees_nothing_of_it(world: World, site: Site) -> None:
    sheet, _ = world.applied()
    elsewhere = build(site, "C95803")
    with site.inside(elsewhere.centre) as session:
        with pytest.raises(AssessmentNotFound):
            queries.assessment(session, sheet)
        assert session.scalar(select(func.count()).select_from(AcceptancePackage)) == 0
        done = session.execute(update(Assessment).where(Assessment.id == sheet).values(plan_note_zh="x"))
        assert done.rowcount == 0  # type: ignore[attr-defined]
        session.changed_nothing()


def test_staff_of_the_body_are_barred_from_judging_it(world: World) -> None:
    person(world.site.database, world.site.database.province_id, "兼任壬", "expert", person_id=world.filler.person_id)  # fmt: skip
    _, application = world.applied()
    from acceptance.reviews import queries as reviews

    with world.site.inside(read_only=True) as session:
        row = reviews.application(session, application)
        barred = {e.name: e.barred_zh for e in reviews.experts(session, row.subject_id)}
    assert barred["兼任壬"] == "被评机构工作人员"
