"""A dossier opens anywhere, verifies without this platform, names what changed; both sides hold the same content."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from random import Random
from uuid import UUID

import pytest

from acceptance.assessments import queries as assessments
from acceptance.dossiers import jobs, policy, queries, service
from acceptance.rectifications import service as rectifications
from acceptance.verdicts import policy as words
from acceptance.verdicts import queries as verdicts
from acceptance.verdicts.adapters import paper
from acceptance.verdicts.adapters.paper import opinion_paper
from kernel.audit.sealer import Sealer
from kernel.crypto.errors import KeyMissing
from kernel.crypto.signing import SigningKey
from kernel.db.roles import Login
from kernel.evidence.dossier import VERIFIER, verifier_source
from kernel.evidence.verifier.gjj_dossier import verify
from kernel.storage import service as storage
from tests.acceptance.assessments.world import KEY, PDF, World, build
from tests.acceptance.conftest import Site


@pytest.fixture(scope="module")
def world(site: Site) -> World:
    return build(site, "C95901")


@pytest.fixture(scope="module")
def verdict(world: World) -> UUID:
    sheet, application = world.at_opinion()
    finding = world.in_province(
        rectifications.write_finding, world.officers[0], application, "B10", "公示使用说明", must=True
    ).finding_id
    world.in_province(rectifications.issue_opinion, world.officers[0], application)
    world.deliver()
    world.in_centre(
        rectifications.answer, world.filler, finding, "已公示", file=("现场照片", world.file("照片"))
    )
    world.in_centre(rectifications.send_answers, world.submitter, sheet)
    world.deliver()
    world.in_province(rectifications.recheck, world.officers[1], finding, passed=True, note_zh="")
    verdict_id = world.sign_off(application)
    world.deliver()
    return verdict_id


def compose(world: World, place: UUID | None, verdict_id: UUID) -> bytes:
    """The dossier of one side, as the worker writes it."""
    scope = world.site.database.scope(place)
    with world.site.database.door(Login.WORKER).tenant_tx(scope) as session:
        made = service.compose(session, verdict_id)
        if session.record is None:
            session.changed_nothing()
        file_id = made.file_id
    with world.site.inside(place, read_only=True) as session:
        return storage.read(session, file_id)


@pytest.fixture(scope="module")
def dossier(world: World, verdict: UUID) -> bytes:
    return compose(world, None, verdict)


def test_it_verifies_with_nothing_but_python(dossier: bytes, tmp_path: Path) -> None:
    (tmp_path / "卷宗.zip").write_bytes(dossier)
    (tmp_path / VERIFIER).write_bytes(verifier_source())
    command = [sys.executable, "-I", "-S", str(tmp_path / VERIFIER), str(tmp_path / "卷宗.zip"), "--key"]
    good = subprocess.run([*command, KEY.public.hex], capture_output=True, check=False, timeout=60)
    assert good.returncode == 0, good.stdout.decode()
    assert "示例市住房公积金管理中心" in good.stdout.decode()
    other = subprocess.run(
        [*command, SigningKey.generate().public.hex], capture_output=True, check=False, timeout=60
    )
    assert other.returncode == 1


def test_each_of_200_changed_bytes_is_found(dossier: bytes) -> None:
    draw = Random(20261124)
    for _ in range(200):
        at, bit = draw.randrange(len(dossier)), 1 << draw.randrange(8)
        broken = bytearray(dossier)
        broken[at] ^= bit
        code, lines = verify(bytes(broken), [KEY.public.raw])
        assert code == 1, (at, bit, lines)


def test_a_changed_paragraph_is_named(dossier: bytes) -> None:
    at = dossier.index("验收结论：优秀".encode())
    broken = bytearray(dossier)
    broken[at + 3] ^= 1
    code, lines = verify(bytes(broken), [KEY.public.raw])
    assert code == 1
    assert "八、验收结论" in "".join(lines)


def test_it_holds_everything_a_third_party_needs(world: World, verdict: UUID, dossier: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(dossier)) as archive:
        names = archive.namelist()
        assert {policy.PAPER, policy.TEXT, policy.SHEET, policy.LIST, policy.README, VERIFIER} <= set(names)
        numbers = json.loads(archive.read(policy.INDICATORS))
        assert all(i["formula_zh"] and i["source_hash"] for i in numbers["indicators"])
        papers = [n for n in names if n.startswith("材料/")]
        assert len(papers) >= 3
        assert all(archive.read(n).startswith(PDF) for n in papers)
        with world.site.inside(read_only=True) as session:
            row = verdicts.verdict(session, verdict)
            bodies = {bytes(p.body) for p in assessments.packages_of(session, row.assessment_id)}
        assert {archive.read(n) for n in names if n.startswith("数据/") and n != policy.INDICATORS} == bodies
        text = archive.read(policy.TEXT).decode()
    assert "第 1 次复核" in text
    assert "监管丙" in text
    assert "监管丁" in text


def test_both_sides_hold_the_same_but_for_their_own_log(world: World, verdict: UUID, dossier: bytes) -> None:
    other = compose(world, world.centre, verdict)
    assert verify(other, [KEY.public.raw])[0] == 0

    def content(data: bytes) -> dict[str, bytes]:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            own = ("日志/", "manifest.json", "signature.json")
            return {n: archive.read(n) for n in archive.namelist() if not n.startswith(own)}

    assert content(other) == content(dossier)


def test_it_is_written_once(world: World, verdict: UUID, dossier: bytes) -> None:
    assert compose(world, None, verdict) == dossier


def test_the_web_process_can_not_sign(world: World, site: Site) -> None:
    assert site.database.door(Login.WEB).evidence_key is None
    with pytest.raises(KeyMissing), site.inside() as session:
        service.evidence_key(session)


def test_the_log_proves_the_signature(site: Site, tmp_path: Path) -> None:
    world = build(site, "C95902")
    _, application = world.at_opinion()
    world.in_province(rectifications.issue_opinion, world.officers[0], application)
    verdict_id = world.sign_off(application)
    world.deliver()
    with site.inside(read_only=True) as session:
        assert service.pending(session, verdict_id) == "log"
    log_key = SigningKey.generate()
    assert Sealer(site.database.door(Login.SEALER), log_key, None).round() is not None
    with site.inside(read_only=True) as session:
        assert service.pending(session, verdict_id) == ""
    data = compose(world, None, verdict_id)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        (tmp_path / "bundle.zip").write_bytes(archive.read(service.BUNDLE))
        (tmp_path / "gjj_verify.py").write_bytes(archive.read(service.VERIFY))
    command = [sys.executable, "-I", "-S", str(tmp_path / "gjj_verify.py"), str(tmp_path / "bundle.zip")]
    done = subprocess.run(
        [*command, "--key", log_key.public.hex], capture_output=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout.decode()
    with site.inside(read_only=True) as session:
        found = queries.dossier(session, verdict_id)
        assert found is not None
        assert found.proven


def test_a_job_waits_for_the_log_and_then_writes_without(site: Site) -> None:
    world = build(site, "C95903")
    _, application = world.at_opinion()
    world.in_province(rectifications.issue_opinion, world.officers[0], application)
    verdict_id = world.sign_off(application)
    door, scope = site.database.door(Login.WORKER), site.database.scope()
    with door.tenant_tx(scope) as session:
        jobs.compose(session, {"verdict_id": str(verdict_id), "tries": 0})
        assert queries.dossier(session, verdict_id) is None
    world.deliver()
    with door.tenant_tx(scope) as session:
        jobs.compose(session, {"verdict_id": str(verdict_id), "tries": 99})
        found = queries.dossier(session, verdict_id)
        assert found is not None


def test_the_paper_says_the_conclusion_and_is_marked_as_demo(
    world: World, verdict: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world.site.inside(read_only=True) as session:
        content = verdicts.content(session, verdicts.verdict(session, verdict))
    seen: list[dict[str, object]] = []

    def kept(*args: object, **more: dict[str, str]) -> bytes:
        seen.append(json.loads(more["sys_inputs"]["data"]))
        return b""

    assert opinion_paper(content, "ab" * 32).startswith(b"%PDF-1.")
    assert opinion_paper(content, "ab" * 32) == opinion_paper(content, "ab" * 32)
    monkeypatch.setattr(paper.typst, "compile", kept)
    opinion_paper(content, "ab" * 32)
    given = seen[0]
    assert (given["title"], given["conclusion"], given["mark"]) == (words.TITLE_ZH, "优秀", words.DEMO_ZH)
    assert given["footer"] == f"内容指纹 {'ab' * 16}"
    assert [tuple(p) for p in given["paragraphs"]] == words.paragraphs(content)  # type: ignore[attr-defined]


def test_evidence_that_does_not_fit_is_listed_by_its_hash() -> None:
    big = policy.Paper("A01", "很大的材料", "f" * 64, 10**9, ".pdf", None)
    listed = policy._list([big])
    assert "原件未装入本卷宗" in listed[0][1]
    assert "f" * 64 in listed[0][1]
