"""The pages of the log: who may look, what is found, whether a proof holds right now, and the download."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from kernel.calendar import clock
from kernel.crypto.signing import SigningKey
from kernel.identity.actor import Actor
from tests.audit.live_log import head, rewrite, rows, sealer, tamper, write
from tests.audit.site import client_of, site
from tests.console.page_checks import check_page
from tests.database import TestDatabase
from tests.people import person

PAGES = (
    "/console/audit/",
    "/console/audit/?from=2026-01-01&to=2030-01-01&actor=系&text=受理&group=changes&object=change&size=50",
    "/console/audit/refused",
    "/console/audit/export",
    "/console/audit/events/1",
)


@dataclass
class Office:
    """A centre with a log, its auditor, and a neighbour."""

    database: TestDatabase
    tenant: UUID
    neighbour: UUID
    auditor: Actor
    client: FlaskClient


@pytest.fixture(scope="module")
def office(module_clone: TestDatabase, key: SigningKey) -> Office:
    database = module_clone
    tenant, neighbour = (
        database.open_centre("C96501", "甲市住房公积金管理中心"),
        database.open_centre("C96502"),
    )
    auditor = person(database, tenant, "周审计", "audit_officer")
    write(database, tenant, 60)
    write(database, neighbour, 3, "邻居")
    client = client_of(site(database), database, auditor)
    sealer(database, key).round()
    return Office(database, tenant, neighbour, auditor, client)


def text_of(office: Office, path: str, status: int = 200) -> str:
    answer = office.client.get(path)
    assert answer.status_code == status, path
    return answer.text


def found(html: str) -> list[int]:
    """Numbers of the events in the table."""
    return [int(seq) for seq in re.findall(r'href="/console/audit/events/(\d+)"', html)]


@contextmanager
def statements(database: TestDatabase) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        seen.append(statement)

    engine = database.door().engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


class TestLooking:
    @pytest.mark.parametrize("path", PAGES)
    def test_every_page_holds_what_a_page_must_hold(self, office: Office, path: str) -> None:
        check_page(text_of(office, path))

    def test_the_state_says_what_is_signed(self, office: Office, key: SigningKey) -> None:
        sealer(office.database, key).round()
        html = text_of(office, "/console/audit/")
        assert "校验通过" in html
        assert f"第 {head(office.database, office.tenant).size} 条" in html

    def test_pages_follow_one_another_without_a_gap(self, office: Office) -> None:
        html, seen = text_of(office, "/console/audit/"), []
        while True:
            seen += found(html)
            more = re.search(r'rel="next" href="([^"]+)"', html)
            if more is None:
                break
            html = text_of(office, more.group(1).replace("&amp;", "&"))
        assert seen == list(range(head(office.database, office.tenant).size, 0, -1))

    def test_filters(self, office: Office) -> None:
        today, base = clock.today(), "/console/audit/?size=100&"
        everything = found(text_of(office, base))
        assert found(text_of(office, base + "text=受理 7")) == [seq for seq in everything if seq == 9]
        assert found(text_of(office, base + "group=login")) == [62]
        assert found(text_of(office, base + "object=membership")) == [62, 1]
        assert found(text_of(office, base + "actor=没有这个人")) == []
        assert found(text_of(office, base + f"from={today}&to={today}")) == everything
        assert found(text_of(office, base + f"from={today + timedelta(days=1)}")) == []
        assert found(text_of(office, base + f"to={today - timedelta(days=1)}")) == []
        assert found(text_of(office, base + "from=yesterday&to=0001-01-01")) == everything
        assert found(text_of(office, base + "text=%25")) == []

    def test_the_neighbour_is_not_there(self, office: Office) -> None:
        assert "邻居" not in text_of(office, "/console/audit/?size=100")
        assert found(text_of(office, "/console/audit/?text=邻居")) == []

    def test_a_list_costs_the_same_for_twenty_and_for_sixty(self, office: Office) -> None:
        counts = []
        for size in (20, 100):
            with statements(office.database) as seen:
                text_of(office, f"/console/audit/?size={size}")
            counts.append(len(seen))
        assert counts[0] == counts[1]
        assert counts[0] <= 20

    def test_an_event_shows_what_was_signed(self, office: Office) -> None:
        html = text_of(office, "/console/audit/events/9")
        entry = rows(office.database, office.tenant)[8]
        for part in (
            "受理 7",
            entry.entry_hash.hex(),
            entry.prev_hash.hex(),
            "检查点 1，",
            "校验通过",
            "test.changes",
        ):
            assert part in html

    def test_an_event_that_is_not_there(self, office: Office) -> None:
        for path in ("/console/audit/events/0", "/console/audit/events/100000"):
            text_of(office, path, 404)


class TestAlarms:
    @pytest.fixture
    def damaged(self, clone: TestDatabase, key: SigningKey) -> Office:
        tenant = clone.open_centre("C96503")
        auditor = person(clone, tenant, "周审计", "audit_officer")
        write(clone, tenant, 5)
        client = client_of(site(clone), clone, auditor)
        sealer(clone, key).round()
        return Office(clone, tenant, tenant, auditor, client)

    @pytest.mark.parametrize(
        "statement",
        [
            "update audit_event set body = convert_to(replace(convert_from(body, 'UTF8'), '受理', '退回'), 'UTF8')"
            " where tenant_id = %s and seq = 3",
            "update audit_event set entry_hash = sha256('') where tenant_id = %s and seq = 3",
            "update audit_event set summary = '没有发生过' where tenant_id = %s and seq = 3",
            "update audit_event set actor_name = '别人' where tenant_id = %s and seq = 3",
            "update audit_event set at = at - interval '1 day' where tenant_id = %s and seq = 3",
            "delete from audit_event where tenant_id = %s and seq = 4",
            "update k.checkpoint set signature = set_byte(signature, 5, get_byte(signature, 5) # 1) where %s is not null",
            "update k.checkpoint_leaf set head_hash = sha256('') where chain_id = %s",
        ],
    )
    def test_an_event_that_was_touched_says_so(self, damaged: Office, statement: str) -> None:
        assert "校验通过" in text_of(damaged, "/console/audit/events/3")
        assert tamper(damaged.database, statement, damaged.tenant) > 0
        html = text_of(damaged, "/console/audit/events/3")
        assert "校验不通过" in html
        assert "校验通过" not in html
        check_page(html)
        assert "没有发生过" not in html

    def test_a_chain_rewritten_as_a_whole_does_not_give_what_was_signed(self, damaged: Office) -> None:
        rewrite(damaged.database, damaged.tenant)
        html = text_of(damaged, "/console/audit/events/3")
        assert "重新计算的结果与已签名的检查点不符" in html
        assert "校验通过" not in html

    def test_what_the_sealer_refuses_stands_on_the_first_page(self, damaged: Office, key: SigningKey) -> None:
        write(damaged.database, damaged.tenant)
        tamper(damaged.database, "delete from audit_event where tenant_id = %s and seq = 8", damaged.tenant)
        sealer(damaged.database, key).round()
        html = text_of(damaged, "/console/audit/")
        assert "校验不通过" in html
        assert "第 8 条：" in html
        check_page(html)
        check_page(text_of(damaged, "/console/audit/export"))

    def test_events_that_wait_too_long_are_pointed_out(self, damaged: Office) -> None:
        assert "超过两分钟没有签名" not in text_of(damaged, "/console/audit/")
        write(damaged.database, damaged.tenant)
        tamper(
            damaged.database, "update audit_head set changed_at = now() - interval '3 minutes' where tenant_id = %s",
            damaged.tenant,
        )  # fmt: skip
        html = text_of(damaged, "/console/audit/")
        assert "超过两分钟没有签名" in html
        assert "校验通过" in html


class TestRights:
    def test_without_the_permission_it_is_refused_and_noted(self, office: Office) -> None:
        clerk = person(office.database, office.tenant, "钱经办", "clerk")
        client = client_of(site(office.database), office.database, clerk)
        before = head(office.database, office.tenant).size
        for path in PAGES:
            assert client.get(path).status_code == 403
        assert head(office.database, office.tenant).size == before + len(PAGES)
        html = text_of(office, "/console/audit/refused")
        assert html.count("钱经办 无权“查询操作日志”，已拒绝") == len(PAGES) - 1
        assert "钱经办 无权“导出操作日志”，已拒绝" in html
        assert "查询操作日志" in text_of(office, f"/console/audit/events/{before + 1}")

    def test_an_administrator_looks_and_does_not_export(self, office: Office) -> None:
        admin = person(office.database, office.tenant, "孙主任", "centre_admin")
        client = client_of(site(office.database), office.database, admin)
        html = client.get("/console/audit/").text
        assert "/console/audit/export" not in html
        assert client.get("/console/audit/export").status_code == 403


class TestDownload:
    def _post(self, office: Office, **fields: str) -> tuple[int, bytes, dict[str, str]]:
        token = re.search(r'name="csrf_token" value="([^"]+)"', text_of(office, "/console/audit/export"))
        assert token is not None
        answer = office.client.post("/console/audit/export", data={"csrf_token": token.group(1), **fields})
        found = answer.status_code, answer.data, dict(answer.headers)
        answer.close()
        return found

    def test_a_package_comes_and_one_event_stays(
        self, office: Office, key: SigningKey, tmp_path: Path
    ) -> None:
        before = len(rows(office.database, office.tenant))
        status, data, headers = self._post(office, reason="年度审计")
        assert status == 200
        assert headers["Cache-Control"] == "no-store"
        assert re.search(r"C96501-audit-1-\d+\.zip", headers["Content-Disposition"])
        zipfile.ZipFile(io.BytesIO(data)).extractall(tmp_path)
        command = [sys.executable, "-I", "gjj_verify.py", "bundle.zip", "--key", key.public.hex]
        assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 0
        new = rows(office.database, office.tenant)[before:]
        assert len(new) == 1
        assert '"actor_name":"周审计"' in new[0].body.decode()

    def test_without_a_reason_nothing_happens(self, office: Office) -> None:
        before = len(rows(office.database, office.tenant))
        status, data, _ = self._post(office, reason=" ", since="2026-11-01")
        assert status == 422
        assert 'value="2026-11-01"' in data.decode()
        check_page(data.decode())
        assert len(rows(office.database, office.tenant)) == before

    def test_a_forged_form_is_refused(self, office: Office) -> None:
        assert office.client.post("/console/audit/export", data={"reason": "年度审计"}).status_code in (
            400,
            403,
        )
