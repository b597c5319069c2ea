"""Writing a dossier: from what this side keeps, signed by the worker's evidence key; the same content on both sides but for the own log."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import Any
from uuid import UUID

from acceptance.assessments import queries as assessments
from acceptance.assessments.policy.packages import thawed
from acceptance.dossiers import policy, queries
from acceptance.dossiers.models import Dossier
from acceptance.dossiers.policy import Paper
from acceptance.verdicts import queries as verdicts
from acceptance.verdicts.adapters.paper import MEDIA, opinion_paper
from acceptance.verdicts.models import Verdict
from kernel.audit import extracts
from kernel.audit import queries as log_queries
from kernel.audit.bundle import write_bundle
from kernel.audit.chain import Head
from kernel.audit.verifier import gjj_verify
from kernel.calendar import clock
from kernel.crypto.errors import KeyMissing
from kernel.crypto.signing import SigningKey
from kernel.db import TenantSession
from kernel.evidence.dossier import Member, file_member, write_dossier
from kernel.storage import service as storage
from kernel.storage.kinds import FileKind
from kernel.storage.purposes import EXPORT, Purpose, register
from kernel.tenancy import tenants

MOST = 200 * policy.MIB
PURPOSE = register(Purpose("acceptance_dossier", frozenset({FileKind.ZIP}), MOST))
BUNDLE, VERIFY = "日志/bundle.zip", "日志/gjj_verify.py"


def pending(session: TenantSession, verdict_id: UUID) -> str:
    """What is still to come before a dossier is whole: `files`, `log`, or nothing."""
    row = verdicts.verdict(session, verdict_id)
    packages = assessments.packages_of(session, row.assessment_id)
    received = assessments.received_files(session, [p.package_id for p in packages])
    if any(file.file_id is None for file in received):
        return "files"
    seq = queries.key_event(session, verdict_id, row.change_id)
    return "" if seq is not None and extracts.covering(session, seq) is not None else "log"


def compose(session: TenantSession, verdict_id: UUID) -> Dossier:
    """Write it, once; an earlier one is given back. Raises VerdictNotFound; KeyMissing in a process without the evidence key."""
    row = verdicts.verdict(session, verdict_id)
    known = queries.dossier(session, verdict_id)
    if known is not None:
        return known
    key = evidence_key(session)
    packages = assessments.packages_of(session, row.assessment_id)
    signed = assessments.package(session, row.package_id)
    content, application = thawed(signed.body), _application([thawed(p.body) for p in packages])
    paper = opinion_paper(content, signed.body_hash.hex())
    papers, log = _papers(session, [thawed(p.body) for p in packages]), _log(session, row)
    whole = policy.members(content, application, queries.exact(packages), papers, paper, log)
    own = next(t for t in tenants.tree(session) if t.id == session.tenant_id)
    data = write_dossier(whole, policy.facts(content, own.name_zh, signed.body_hash.hex()), key)
    name = f"验收卷宗-{row.number_zh}"
    kept = storage.keep(
        session, name=f"{name}.zip", media_type="application/zip", data=data, purpose=PURPOSE.code
    )
    sheet = storage.keep(
        session, name=f"验收意见书-{row.number_zh}.pdf", media_type=MEDIA, data=paper, purpose=EXPORT.code
    )
    found = Dossier(
        verdict_id=verdict_id, file_id=kept.id, paper_file_id=sheet.id, sha256=hashlib.sha256(data).digest(), size=len(data),
        public_key=key.public.hex, members=len(whole) + 1, parts=sum(len(m.parts) for m in whole) + 1,
        left_out=sum(p.data is None for p in papers), proven=bool(log), made_at=clock.now(),
    )  # fmt: skip
    session.add(found)
    session.flush()
    session.audit(
        "dossiers.composed", "acceptance_dossier", verdict_id, f"生成验收卷宗 {row.number_zh}", hash=found.sha256.hex()
    )  # fmt: skip
    return found


def evidence_key(session: TenantSession) -> SigningKey:
    """The worker's key for evidence (ADR 0005). Raises KeyMissing elsewhere."""
    found = session.door.evidence_key
    if not isinstance(found, SigningKey):
        raise KeyMissing("本进程没有签署卷宗的密钥。")
    return found


def _application(contents: list[dict[str, Any]]) -> dict[str, Any]:
    """The last application: the one that was judged."""
    return [content for content in contents if content["kind"] == "application"][-1]


def _papers(session: TenantSession, contents: list[dict[str, Any]]) -> list[Paper]:
    """Files of the application that was judged and of every answer, read from this side's own copies, largest last when they don't fit."""
    named = [(i["code"], f) for i in _application(contents)["items"] for f in i["files"]]
    numbers = _numbers(contents)
    for content in contents:
        if content["kind"] == "answers":
            named += [
                (f"{numbers[a['finding_id']]}#{a['round']}", f)
                for a in content["answers"]
                for f in a["files"]
            ]
    received = {
        file.source_file_id: file.file_id
        for file in assessments.received_files(session, [UUID(c["package_id"]) for c in contents])
    }
    room, fits = policy.MOST_BYTES, set()
    for _, file in sorted(named, key=lambda pair: int(pair[1]["size"])):
        if file["size"] <= room:
            room -= file["size"]
            fits.add(file["file_id"])
    return [
        Paper(
            reference, file["title_zh"], file["sha256"], file["size"], FileKind.named(file["kind"]).suffix,
            _read(session, UUID(file["file_id"]), received) if file["file_id"] in fits else None,
        )
        for reference, file in named
    ]  # fmt: skip


def _numbers(contents: list[dict[str, Any]]) -> dict[str, int]:
    return {
        found["finding_id"]: found["number"]
        for content in contents
        if content["kind"] == "opinion"
        for found in content["findings"]
    }


def _read(session: TenantSession, source: UUID, received: dict[UUID, UUID | None]) -> bytes | None:
    """The province reads its copy, the centre its original."""
    if source in received:
        own = received[source]
        return None if own is None else storage.read(session, own)
    return storage.read(session, source)


def _log(session: TenantSession, row: Verdict) -> list[Member]:
    """The stretch of the own chain with the key event, from the checkpoint before it to the one that covers it."""
    seq = queries.key_event(session, row.verdict_id, row.change_id)
    covering = None if seq is None else extracts.covering(session, seq)
    if seq is None or covering is None:
        return []
    marks = [m for m in (_last_before(session, seq), covering) if m is not None]
    start = marks[0].extract.head if len(marks) > 1 else Head.empty(session.tenant_id)
    last = covering.extract.head.size
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bundle.zip"
        write_bundle(
            path,
            start,
            log_queries.entries(session, start.size, last),
            [m.extract for m in marks],
            list(dict.fromkeys(m.key for m in marks)),
        )
        bundle = path.read_bytes()
    return [file_member(BUNDLE, bundle), file_member(VERIFY, Path(gjj_verify.__file__).read_bytes())]


def _last_before(session: TenantSession, seq: int) -> extracts.KeyedExtract | None:
    """The newest checkpoint of an earlier day that ends before the event; None when the whole chain is as short."""
    numbers = [number for number, _ in extracts.by_day(session)]
    for found in reversed(extracts.numbered(session, numbers)):
        if found.extract.head.size < seq:
            return found
    return None
