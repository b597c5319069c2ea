"""The pages of the catalogue: who sees what, nothing typed is lost, the editor alone never publishes."""

from __future__ import annotations

import io
import re
from html.parser import HTMLParser

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from kernel.db import TenantSession
from tenants.catalogue import queries
from tenants.catalogue.models import ServiceItemDraft
from tests.console.page_checks import check_page
from tests.database import TestDatabase
from tests.tenants.catalogue.conftest import Office, World
from tests.tenants.catalogue.site import client_of, site, statements


@pytest.fixture
def app(database: TestDatabase) -> Flask:
    return site(database)


@pytest.fixture
def editor(app: Flask, world: World) -> FlaskClient:
    return client_of(app, world.centre.database, world.centre.editor)


@pytest.fixture
def approver(app: Flask, world: World) -> FlaskClient:
    return client_of(app, world.centre.database, world.centre.approver)


class _Fields(HTMLParser):
    """What a browser would post for the form with that many fields."""

    def __init__(self) -> None:
        super().__init__()
        self.values: MultiDict[str, str] = MultiDict()
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {k: v or "" for k, v in attrs}
        name = given.get("name", "")
        if tag == "input" and name:
            if given.get("type") in ("checkbox", "radio"):
                if "checked" in given:
                    self.values.add(name, given.get("value", "1"))
            else:
                self.values.add(name, given.get("value", ""))
        elif tag == "select" and name:
            self._select = name
            self.values[name] = ""
        elif tag == "option" and self._select and "selected" in given:
            self.values[self._select] = given.get("value", "")
        elif tag == "textarea" and name:
            self._area = name
            self.values[name] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "textarea":
            self.values[self._area] = self.values[self._area].removeprefix("\n")
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.values[self._area] += data


def typed(html: str) -> MultiDict[str, str]:
    """The fields of a page as they stand."""
    fields = _Fields()
    fields.feed(html)
    return fields.values


def drafts(office: Office) -> list[str]:
    with office.read() as session:
        return list(session.scalars(select(ServiceItemDraft.code)))


CONSOLE = (
    "/console/catalogue",
    "/console/catalogue?q=goufang&class=业务办理&audience=person&channel=hall&state=local",
    *(
        f"/console/catalogue/items/L01?tab={tab}"
        for tab in ("content", "materials", "channels", "limits", "history")
    ),
    "/console/catalogue/items/W01/edit",
    "/console/catalogue/items/W01/removal",
    "/console/catalogue/items/W01/compare",
    "/console/catalogue/add",
)


class TestConsole:
    def test_every_page_holds_what_a_page_must_hold(self, editor: FlaskClient) -> None:
        for path in CONSOLE:
            answer = editor.get(path)
            assert answer.status_code == 200, path
            check_page(answer.text)

    def test_a_reader_sees_no_button_and_may_not_open_the_form(
        self, editor: FlaskClient, approver: FlaskClient
    ) -> None:
        address = "/console/catalogue/items/W01/edit"
        assert address in editor.get("/console/catalogue/items/W01").text
        assert address not in approver.get("/console/catalogue/items/W01").text
        assert "/console/catalogue/add" not in approver.get("/console/catalogue").text
        assert approver.get(address).status_code == 403

    def test_items_are_found_by_name_code_and_pinyin(self, editor: FlaskClient) -> None:
        for text in ("购房提取", "w01", "gftq", "goufangtiqu"):
            page = editor.get("/console/catalogue", query_string={"q": text}).text
            assert '/console/catalogue/items/W01"' in page, text
            assert '/console/catalogue/items/L06"' not in page, text

    def test_a_percent_sign_is_no_wildcard(self, editor: FlaskClient) -> None:
        assert "没有符合条件的事项" in editor.get("/console/catalogue", query_string={"q": "%"}).text

    def test_pages_follow_each_other_without_loss(self, editor: FlaskClient) -> None:
        seen: list[str] = []
        path: str | None = "/console/catalogue"
        while path:
            page = editor.get(path).text
            seen += re.findall(r'<td class="text-nowrap"><a href="/console/catalogue/items/(\w+)"', page)
            following = re.search(r'rel="next" href="([^"]+)"', page)
            path = following[1].replace("&amp;", "&") if following else None
        assert len(seen) == len(set(seen)) == 61
        assert seen == sorted(seen)

    def test_the_list_sends_as_many_statements_for_20_rows_as_for_61(
        self, editor: FlaskClient, database: TestDatabase
    ) -> None:
        counts = []
        editor.get("/console/catalogue")
        for size in (20, 100):
            with statements(database) as seen:
                assert editor.get(f"/console/catalogue?size={size}").status_code == 200
            counts.append(len(seen))
        assert counts[0] == counts[1]
        assert counts[0] <= 16

    def test_the_file_for_spreadsheets_holds_every_row(self, editor: FlaskClient) -> None:
        text = editor.get("/console/catalogue/export.csv").data.decode("utf-8-sig")
        assert len(text.strip().splitlines()) == 62
        book = CalamineWorkbook.from_filelike(
            io.BytesIO(editor.get("/console/catalogue/export.xlsx?q=W01").data)
        )
        rows = book.get_sheet_by_index(0).to_python()
        assert [row[1] for row in rows] == ["事项名称", "购房提取"]

    def test_another_centre_finds_no_local_item(self, app: Flask, world: World) -> None:
        content = msgspec.structs.replace(world.centre.content("W01"), name_zh="本地特色提取")
        world.centre.publish("Z01", content)
        stranger = client_of(app, world.other.database, world.other.editor)
        assert stranger.get("/console/catalogue/items/Z01").status_code == 404
        assert (
            client_of(app, world.sub_centre.database, world.sub_centre.editor)
            .get("/console/catalogue/items/Z01")
            .status_code
            == 200
        )


class TestEditing:
    def test_the_form_of_every_default_item_loses_nothing(self, editor: FlaskClient, world: World) -> None:
        """Saved as it stands, the draft equals what is published."""
        for code in ("D04", "Q09", "L01", "I01", "D17"):
            form = typed(editor.get(f"/console/catalogue/items/{code}/edit").text)
            assert editor.post(f"/console/catalogue/items/{code}/edit", data=form).status_code == 302, code
            with world.centre.read() as session:
                draft = queries.draft(session, code)
                assert draft is not None
                assert draft.item == queries.item_now(session, code).item, code

    def test_what_was_typed_stays_when_something_is_wrong(self, editor: FlaskClient, world: World) -> None:
        form = typed(editor.get("/console/catalogue/items/W01/edit").text)
        form["visits"], form["guide_zh"], form["material_0_name"] = "很多", "我写了很久的流程", "新的材料名称"
        answer = editor.post("/console/catalogue/items/W01/edit", data=form)
        assert answer.status_code == 422
        again = typed(answer.text)
        assert (again["visits"], again["guide_zh"], again["material_0_name"]) == (
            "很多",
            "我写了很久的流程",
            "新的材料名称",
        )
        assert "有 1 处需要修改，已填写的内容都已保留。" in answer.text
        check_page(answer.text)
        assert drafts(world.centre) == []

    def test_a_promise_beyond_the_law_is_named_at_its_field(self, editor: FlaskClient) -> None:
        form = typed(editor.get("/console/catalogue/items/W01/edit").text)
        form["limit_1_value"] = "5"
        answer = editor.post("/console/catalogue/items/W01/edit", data=form)
        assert answer.status_code == 422
        assert "承诺时限5 日超过法定时限3 日" in answer.text

    def test_a_half_filled_row_is_named(self, editor: FlaskClient) -> None:
        form = typed(editor.get("/console/catalogue/items/Q11/edit").text)
        form["material_1_name"] = "没有说明来源的材料"
        answer = editor.post("/console/catalogue/items/Q11/edit", data=form)
        assert answer.status_code == 422
        assert "请选择材料来源和要求" in answer.text

    def test_from_form_to_approval_step_by_step(
        self, editor: FlaskClient, approver: FlaskClient, world: World
    ) -> None:
        form = typed(editor.get("/console/catalogue/items/W01/edit").text)
        form["limit_1_value"], form["person_kiosk"] = "2", "L3"
        saved = editor.post("/console/catalogue/items/W01/edit", data=form)
        preview = editor.get(saved.headers["Location"]).text
        check_page(preview)
        assert "王审核" in preview
        assert "<del>3 日</del>" in preview
        assert "<ins>2 日</ins>" in preview
        assert "自助终端（缴存职工 实人认证）" in preview
        token = typed(preview)["csrf_token"]
        assert (
            editor.post(saved.headers["Location"], data={"csrf_token": token, "reason": " "}).status_code
            == 422
        )
        sent = editor.post(saved.headers["Location"], data={"csrf_token": token, "reason": "提速"})
        assert sent.status_code == 302
        assert world.centre.content("W01").limits_of("committed")[0].value == 3
        assert "正在等待审批" in editor.get("/console/catalogue/items/W01").text
        assert editor.get("/console/catalogue/items/W01/edit").status_code == 409
        assert (
            approver.post(saved.headers["Location"], data={"csrf_token": token, "reason": "提速"}).status_code
            == 403
        )

    def test_a_new_item_needs_a_code_of_its_own(self, editor: FlaskClient, world: World) -> None:
        form = typed(editor.get("/console/catalogue/items/W01/edit").text)
        form["code"], form["name_zh"] = "W01", "本地特色提取"
        taken = editor.post("/console/catalogue/add", data=form)
        assert taken.status_code == 422
        assert "这个事项编号已在使用。" in taken.text
        form["code"] = "Z01"
        saved = editor.post("/console/catalogue/add", data=form)
        assert saved.status_code == 302
        check_page(editor.get(saved.headers["Location"]).text)
        assert drafts(world.centre) == ["Z01"]

    def test_an_unchanged_draft_offers_nothing_to_submit(self, editor: FlaskClient) -> None:
        form = typed(editor.get("/console/catalogue/items/W01/edit").text)
        saved = editor.post("/console/catalogue/items/W01/edit", data=form)
        page = editor.get(saved.headers["Location"]).text
        assert "没有需要审批的变化" in page
        assert 'name="reason"' not in page

    def test_a_discarded_draft_is_gone(self, editor: FlaskClient, world: World) -> None:
        form = typed(editor.get("/console/catalogue/items/W01/edit").text)
        form["guide_zh"] = "另一种写法"
        page = editor.get(
            editor.post("/console/catalogue/items/W01/edit", data=form).headers["Location"]
        ).text
        token = {"csrf_token": typed(page)["csrf_token"]}
        assert editor.post("/console/catalogue/items/W01/discard", data=token).status_code == 302
        assert drafts(world.centre) == []


class TestPublic:
    def test_a_draft_is_not_public_and_a_published_item_is(self, app: Flask, world: World) -> None:
        visitor = app.test_client()
        change = world.centre.propose(
            "W01", msgspec.structs.replace(world.centre.content("W01"), name_zh="改名后的购房提取")
        )
        for code in (world.centre.code, world.sub_centre.code):
            assert "改名后的购房提取" not in visitor.get(f"/c/{code}/items").text
        world.centre.approve(change)
        for code in (world.centre.code, world.sub_centre.code):
            assert "改名后的购房提取" in visitor.get(f"/c/{code}/items").text
            assert "改名后的购房提取" in visitor.get(f"/m/{code}/items").text
        assert "改名后的购房提取" not in visitor.get(f"/c/{world.other.code}/items").text

    def test_removed_and_internal_items_are_not_shown(self, app: Flask, world: World) -> None:
        visitor = app.test_client()
        world.centre.remove("W16")
        page = visitor.get(f"/c/{world.centre.code}/items").text
        assert "老旧小区改造提取" not in page
        assert "异地转出确认" not in page
        for code in ("W16", "T02"):
            assert visitor.get(f"/c/{world.centre.code}/items/{code}").status_code == 404
            assert visitor.get(f"/m/{world.centre.code}/items/{code}").status_code == 404
        assert visitor.get(f"/c/{world.other.code}/items/W16").status_code == 200

    def test_search_and_audience_narrow_the_guide(self, app: Flask, world: World) -> None:
        visitor = app.test_client()
        page = visitor.get(f"/c/{world.centre.code}/items?q=gftq").text
        assert "购房提取" in page
        assert "汇缴" not in page
        page = visitor.get(f"/c/{world.centre.code}/items?audience=developer").text
        assert "楼盘项目准入" in page
        assert "租房提取" not in page

    def test_every_guide_holds_what_a_page_must_hold(self, app: Flask, world: World) -> None:
        visitor, code = app.test_client(), world.centre.code
        with world.centre.read() as session:
            codes = _public_codes(session)
        assert len(codes) == 59
        for path in ("/", f"/c/{code}/items", *(f"/c/{code}/items/{one}" for one in codes)):
            answer = visitor.get(path)
            assert answer.status_code == 200, path
            check_page(answer.text)

    def test_the_home_page_lists_centres_and_their_sub_centres(self, app: Flask, world: World) -> None:
        page = app.test_client().get("/").text
        assert f"/c/{world.centre.code}/items" in page
        assert f"/c/{world.sub_centre.code}/items" in page
        assert "/c/C00000/items" not in page

    def test_an_unknown_centre_is_not_found(self, app: Flask) -> None:
        assert app.test_client().get("/c/C99999/items").status_code == 404


class TestJson:
    def test_unchanged_is_answered_304_and_a_new_revision_is_not(self, app: Flask, world: World) -> None:
        visitor, path = app.test_client(), f"/api/v1/public/{world.centre.code}/catalogue"
        first = visitor.get(path)
        assert first.get_json()["count"] == 59
        tag = first.headers["ETag"]
        assert visitor.get(path, headers={"If-None-Match": tag}).status_code == 304
        world.centre.publish(
            "W01", msgspec.structs.replace(world.centre.content("W01"), name_zh="改名后的购房提取")
        )
        again = visitor.get(path, headers={"If-None-Match": tag})
        assert again.status_code == 200
        assert again.headers["ETag"] != tag
        names = {item["code"]: item["name"] for item in again.get_json()["items"]}
        assert names["W01"] == "改名后的购房提取"

    def test_two_centres_with_equal_catalogues_have_different_tags(self, app: Flask, world: World) -> None:
        visitor = app.test_client()
        tags = {
            visitor.get(f"/api/v1/public/{o.code}/catalogue").headers["ETag"]
            for o in (world.centre, world.other)
        }
        assert len(tags) == 2

    def test_staff_get_internal_items_too(self, app: Flask, editor: FlaskClient) -> None:
        assert editor.get("/api/v1/catalogue/items").get_json()["count"] == 61
        item = editor.get("/api/v1/catalogue/items/L01").get_json()
        assert item["committed_limit"]["words"] == "10 日"
        assert item["source"] == "省级模板"
        assert app.test_client().get("/api/v1/catalogue/items").status_code == 401
        assert editor.get("/api/v1/catalogue/items/Z99").status_code == 404


def _public_codes(session: TenantSession) -> list[str]:
    from kernel.calendar import clock

    return [code for code, row in queries.in_force(session, clock.now()).items() if row.item.public]
