"""Which revision counts where and when: province → centre → sub-centre."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from kernel.approvals import errors as approval_errors
from kernel.approvals import service as approvals
from kernel.calendar import clock
from kernel.db.roles import DbRole
from kernel.errors import Forbidden, Invalid
from tenants.catalogue import errors, queries, service
from tenants.catalogue.models import ServiceItemDraft, ServiceItemRevision
from tenants.catalogue.policy.content import ItemContent, Limit
from tenants.catalogue.seed import LocalItem, adopt, seed_province_template
from tests.tenants.catalogue.conftest import Office, World, changes


def _renamed(content: ItemContent, name: str) -> ItemContent:
    return msgspec.structs.replace(content, name_zh=name)


def _committed(content: ItemContent, days: int) -> ItemContent:
    law = content.limits_of("statutory")
    promise = Limit(kind="committed", value=days, unit="calendar_day", basis_zh="本中心承诺")
    return msgspec.structs.replace(content, limits=(*law, promise))


def _name(office: Office, code: str) -> str | None:
    with office.read() as session:
        row = queries.revision_at(session, code, clock.now())
        return None if row is None else row.name_zh


class TestInheritance:
    def test_a_new_sub_centre_sees_all_61_items_at_once(self, world: World) -> None:
        with world.sub_centre.read() as session:
            found = queries.in_force(session, clock.now())
            sources = {queries.line(session).source_zh(row) for row in found.values()}
        assert len(found) == 61
        assert sources == {"省级模板"}

    def test_the_nearest_published_revision_wins(self, world: World) -> None:
        world.centre.publish("W01", _renamed(world.centre.content("W01"), "购房提取（市）"))
        assert _name(world.province, "W01") == "购房提取"
        assert _name(world.sub_centre, "W01") == "购房提取（市）"
        world.sub_centre.publish("W01", _committed(world.sub_centre.content("W01"), 2))
        with world.sub_centre.read() as session:
            row = queries.item_now(session, "W01")
            assert queries.line(session).source_zh(row) == "本分中心"
        assert world.centre.content("W01").limits_of("committed")[0].value == 3

    def test_another_centre_sees_nothing_of_it(self, world: World) -> None:
        world.centre.publish("W01", _renamed(world.centre.content("W01"), "购房提取（市）"))
        assert _name(world.other, "W01") == "购房提取"
        with world.other.read() as session:
            seen = set(session.scalars(select(ServiceItemRevision.tenant_id)))
        assert world.centre.id not in seen
        assert seen == {world.province.id}

    def test_removed_in_a_centre_is_gone_there_and_below_only(self, world: World) -> None:
        world.centre.remove("W16")
        assert _name(world.centre, "W16") is None
        assert _name(world.sub_centre, "W16") is None
        assert _name(world.other, "W16") == "老旧小区改造提取"

    def test_going_back_to_the_template_is_a_revision_of_its_own(self, world: World) -> None:
        world.centre.publish("W01", _renamed(world.centre.content("W01"), "购房提取（市）"))
        with world.centre.write() as session:
            change = service.propose_inheriting(session, world.centre.editor, "W01", "沿用省级")
            session.expunge(change)
        world.centre.approve(change)
        assert _name(world.centre, "W01") == "购房提取"
        with world.centre.read() as session:
            assert queries.newest_number(session, "W01") == 2

    def test_a_draft_is_seen_by_its_tenant_only(self, world: World) -> None:
        with world.centre.write() as session:
            service.save_draft(
                session, world.centre.editor, "W01", _renamed(world.centre.content("W01"), "草稿名称")
            )
        for office in (world.sub_centre, world.province, world.other):
            with office.read() as session:
                assert session.scalar(text("select count(*) from service_item_draft")) == 0
        with world.centre.read() as session:
            assert session.scalars(select(ServiceItemDraft.code)).all() == ["W01"]

    def test_a_visitor_reads_revisions_and_no_draft(self, world: World) -> None:
        door, scope = world.centre.database.door(), world.centre.database.scope
        with door.tenant_tx(scope(world.centre.id, DbRole.CITIZEN, "public"), read_only=True) as session:
            assert len(queries.in_force(session, clock.now())) == 61
            with pytest.raises(DBAPIError, match="permission denied"):
                session.scalars(select(ServiceItemDraft)).all()


class TestTime:
    def test_an_old_case_keeps_its_revision_and_a_new_one_takes_the_new(self, world: World) -> None:
        before = clock.now()
        with world.centre.read() as session:
            row = queries.revision_at(session, "W01", before)
            assert row is not None
            kept = row.id
        world.centre.publish("W01", _renamed(world.centre.content("W01"), "购房提取（市）"))
        with world.centre.read() as session:
            again = queries.revision_at(session, "W01", before - timedelta(seconds=1))
            assert again is not None
            assert again.id == kept
            assert queries.revision(session, kept).name_zh == "购房提取"

    def test_a_revision_takes_effect_at_its_stated_second(self, world: World) -> None:
        at = (clock.now() + timedelta(days=1)).replace(microsecond=0)
        world.centre.publish("W01", _renamed(world.centre.content("W01"), "明天的名称"), effective_from=at)
        with world.centre.read() as session:
            names = [
                queries.revision_at(session, "W01", moment).name_zh  # type: ignore[union-attr]
                for moment in (at - timedelta(microseconds=1), at)
            ]
        assert names == ["购房提取", "明天的名称"]

    def test_an_item_with_dates_of_its_own_is_offered_from_its_first_day(self, world: World) -> None:
        with world.centre.read() as session:
            day_before = queries.in_force(session, datetime(2026, 9, 19, 15, 59, 59, tzinfo=UTC))
            first_day = queries.in_force(session, datetime(2026, 9, 19, 16, 0, tzinfo=UTC))
        assert "W14" not in day_before
        assert "W14" in first_day

    def test_the_loan_limit_changes_with_the_revised_regulation(self, world: World) -> None:
        item = world.centre.content("L01")
        days = [date(2026, 9, day) for day in (19, 20)]
        assert [item.limit_on("statutory", day).value for day in days] == [15, 10]  # type: ignore[union-attr]


class TestFourEyes:
    def test_nothing_is_published_before_another_person_agrees(self, world: World) -> None:
        change = world.centre.propose("W01", _renamed(world.centre.content("W01"), "未批准的名称"))
        assert _name(world.centre, "W01") == "购房提取"
        with pytest.raises(Forbidden), world.centre.write() as session:
            approvals.approve(session, world.centre.editor, change.id, change.content_hash)
        assert _name(world.centre, "W01") == "购房提取"
        world.centre.approve(change)
        assert _name(world.centre, "W01") == "未批准的名称"

    def test_the_revision_names_its_change_and_the_draft_is_gone(self, world: World) -> None:
        change = world.centre.propose("W01", _renamed(world.centre.content("W01"), "新名称"))
        world.centre.approve(change)
        with world.centre.read() as session:
            row = queries.item_now(session, "W01")
            assert (row.change_id, row.number, row.origin) == (change.id, 1, "change")
            assert queries.draft(session, "W01") is None

    def test_a_person_without_the_permission_can_not_even_draft(self, world: World) -> None:
        with pytest.raises(Forbidden), world.centre.write() as session:
            service.save_draft(session, world.centre.approver, "W01", world.centre.content("W01"))

    def test_an_unchanged_item_is_refused(self, world: World) -> None:
        with pytest.raises(approval_errors.NothingChanges):
            world.centre.propose("W01", world.centre.content("W01"))

    def test_a_submitted_draft_can_not_be_changed(self, world: World) -> None:
        world.centre.propose("W01", _renamed(world.centre.content("W01"), "新名称"))
        with pytest.raises(errors.AwaitingApproval), world.centre.write() as session:
            service.save_draft(session, world.centre.editor, "W01", world.centre.content("W01"))

    def test_what_moved_meanwhile_is_not_overwritten(self, world: World) -> None:
        world.centre.publish("W01", _committed(world.centre.content("W01"), 3))
        change = world.sub_centre.propose("W01", _committed(world.sub_centre.content("W01"), 2))
        world.centre.publish("W01", _committed(world.centre.content("W01"), 1))
        with pytest.raises(errors.MovedMeanwhile):
            world.sub_centre.approve(change)

    def test_a_published_revision_can_not_be_rewritten(self, world: World) -> None:
        world.centre.publish("W01", _renamed(world.centre.content("W01"), "新名称"))
        with pytest.raises(DBAPIError, match="permission denied"), world.centre.write() as session:
            session.execute(text("update service_item_revision set name_zh = 'x'"))

    def test_the_request_says_what_happens_in_words(self, world: World) -> None:
        world.centre.propose("W01", _committed(world.centre.content("W01"), 2))
        stored = changes(world.centre)[0].difference
        assert {"label": "承诺时限", "before": "3 日", "after": "2 日"} in stored["lines"]
        assert "已受理的办件继续按受理时的版本办理，不受影响。" in stored["consequences"]
        assert (
            "下级 1 个机构中，没有自行调整该事项的同时生效；已自行调整的保持本地版本。"
            in stored["consequences"]
        )


class TestSubCentre:
    def test_a_longer_promise_is_refused_when_drafting(self, world: World) -> None:
        world.centre.publish("W01", _committed(world.centre.content("W01"), 2))
        with pytest.raises(Invalid) as refused, world.sub_centre.write() as session:
            service.save_draft(
                session, world.sub_centre.editor, "W01", _committed(world.centre.content("W01"), 3)
            )
        assert refused.value.fields["limits"] == ["承诺时限只能比中心的2 日更短，现填3 日。"]

    def test_it_adds_no_item_that_its_centre_does_not_offer(self, world: World) -> None:
        item = world.centre.content("W01")
        with pytest.raises(errors.OnlyCityAdds), world.sub_centre.write() as session:
            service.save_draft(session, world.sub_centre.editor, "Z01", item)

    def test_a_centre_adds_an_item_and_the_sub_centre_has_it(self, world: World) -> None:
        world.centre.publish("Z01", _renamed(world.centre.content("W01"), "本地特色提取"))
        assert _name(world.sub_centre, "Z01") == "本地特色提取"
        assert _name(world.other, "Z01") is None


class TestSeed:
    def test_seeding_twice_adds_nothing(self, world: World) -> None:
        with world.province.read() as session:
            assert seed_province_template(session) == 0

    def test_a_manifest_may_list_a_subset_and_local_changes(self, world: World) -> None:
        codes = {"Q01", "W01", "W02"}
        local = (LocalItem("W02", {"notes_zh": "本地说明"}),)
        with world.other.write() as session:
            assert adopt(session, codes, local) == 59
            session.audit("test.adopted", "catalogue", "manifest", "采用清单")
        with world.other.read() as session:
            assert set(queries.in_force(session, clock.now())) == codes
            assert queries.item_now(session, "W02").item.notes_zh == "本地说明"
            assert adopt(session, codes, local) == 0
