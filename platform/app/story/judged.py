"""A body that is judged: what the steps of the third act need of it and of the province, by its people and through the services."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from acceptance.assessments import queries as sheets
from acceptance.assessments import service as assessing
from acceptance.assessments.models import FileKind
from acceptance.dossiers import queries as dossiers
from acceptance.rectifications import queries as findings
from acceptance.rectifications.models import FindingState
from acceptance.reviews import queries as reviews
from acceptance.verdicts import queries as verdicts
from app.story.acting import acting, does
from app.story.entering import actor_of, tenant_of
from app.story.stage import Stage
from app.story.step import NotProved, prove
from app.story.steps_equipping import inside
from kernel.calendar import clock
from kernel.evidence.dossier import verifier_source
from kernel.storage import service as storage
from kernel.storage.purposes import EVIDENCE

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@dataclass(frozen=True)
class Body:
    """Its code, who fills in, who hands in."""

    code: str
    filler: str
    submitter: str


def fill(stage: Stage, body: Body, sheet: UUID) -> None:
    """Every item with a paper, claimed in full; the evaluation report."""
    with inside(stage, tenant_of(stage, body.code).id, read_only=True) as session:
        whole = sheets.sheet(session, sheets.assessment(session, sheet))
        todo = [(item.item.code, item.ceiling.most) for item in whole.items if item.entry is None]
    for code, most in todo:
        kept = paper(stage, body, f"{code} 佐证材料")
        does(
            stage,
            body.code,
            body.filler,
            assessing.attach,
            sheet,
            code,
            title_zh=f"{code} 佐证材料",
            file_id=kept,
        )
        does(
            stage,
            body.code,
            body.filler,
            assessing.save_item,
            sheet,
            code,
            self_score=most,
            note_zh="见材料",
            seen=0,
        )
    if todo:
        kept, day = paper(stage, body, "测评报告"), clock.today() - timedelta(days=30)
        does(
            stage, body.code, body.filler, assessing.attach, sheet, "D16", title_zh="等级测评报告", file_id=kept,
            kind=FileKind.EVALUATION_REPORT, issued_on=day,
        )  # fmt: skip
        does(stage, body.code, body.filler, assessing.explain_plan, sheet, "其余步骤年底前完成")


def paper(stage: Stage, body: Body, title: str) -> UUID:
    """A kept file of the body."""
    with acting(stage, body.code, body.filler) as (session, _actor):
        data = PDF + title.encode() + b"\n"
        kept = storage.keep(
            session, name=f"{title}.pdf", media_type="application/pdf", data=data, purpose=EVIDENCE.code
        )
        session.audit("assessments.attached", "stored_file", kept.id, f"上传自评材料：{title}")
        return UUID(str(kept.id))


def province(stage: Stage, user: str, verb: Any, *given: Any, **more: Any) -> Any:
    """One act of a person of the province."""
    return does(stage, stage.installation.settings.province.code, user, verb, *given, **more)


def scores(stage: Stage, application: UUID, share: Decimal) -> dict[str, tuple[Decimal, str]]:
    """Every item at a share of its points."""
    with inside(stage, stage.installation.province_id(), read_only=True) as session:
        items = reviews.content(session, reviews.application(session, application))["items"]
    return {i["code"]: ((Decimal(i["points"]) * share).quantize(Decimal("0.01")), "已核对") for i in items}


def person(stage: Stage, user: str) -> UUID:
    """Who that is."""
    with inside(stage, stage.installation.province_id(), read_only=True) as session:
        return actor_of(session, user).person_id


def sheet(stage: Stage, body: Body) -> UUID | None:
    """The newest sheet of the body; None before there is one."""
    with inside(stage, tenant_of(stage, body.code).id, read_only=True) as session:
        rows = sheets.history(session)
        return rows[0].id if rows else None


def state(stage: Stage, body: Body) -> str:
    """Where the body stands."""
    with inside(stage, tenant_of(stage, body.code).id, read_only=True) as session:
        return str(sheets.assessment(session, must(sheet(stage, body))).state)


def application(stage: Stage, body: Body) -> Any:
    """The province's row; None before it arrived."""
    known = sheet(stage, body)
    with inside(stage, stage.installation.province_id(), read_only=True) as session:
        found = reviews.by_assessment(session, known) if known else None
        if found is not None:
            session.expunge(found)
        return found


def applied(stage: Stage, body: Body) -> Any:
    """The same, which must be there."""
    return must(application(stage, body))


def round_of(stage: Stage, body: Body, finding_id: UUID) -> int:
    """Which round the centre may answer; 0 while it may not."""
    with inside(stage, tenant_of(stage, body.code).id, read_only=True) as session:
        row = findings.finding(session, finding_id)
        return row.round if row.state in (FindingState.OPEN, FindingState.FAILED) else 0


def finding(stage: Stage, body: Body, sheet: UUID) -> UUID:
    """The first finding, once it arrived."""

    def known() -> UUID | None:
        with inside(stage, tenant_of(stage, body.code).id, read_only=True) as session:
            stories = findings.stories(session, sheet)
            return stories[0].finding.finding_id if stories else None

    prove(stage.eventually(lambda: known() is not None), "中心没有收到整改要求")
    return UUID(str(must(known())))


def dossier(stage: Stage, body: Body) -> tuple[bytes, str] | None:
    """The centre's dossier and the public key that it is checked with."""
    with inside(stage, tenant_of(stage, body.code).id, read_only=True) as session:
        row = verdicts.of_assessment(session, must(sheet(stage, body)))
        found = None if row is None else dossiers.dossier(session, row.verdict_id)
        return None if found is None else (storage.read(session, found.file_id), str(found.public_key))


def verify(folder: Path, data: bytes, key: str) -> tuple[int, str]:
    """What the one-file verifier says, run without network and packages."""
    (folder / "dossier.zip").write_bytes(data)
    (folder / "verify.py").write_bytes(verifier_source())
    command = [
        sys.executable,
        "-I",
        "-S",
        str(folder / "verify.py"),
        str(folder / "dossier.zip"),
        "--key",
        key,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stdout


def changed(data: bytes) -> bytes:
    """The same with one bit turned."""
    at = len(data) // 2
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def must(found: Any) -> Any:
    """What a former step left. Raises NotProved."""
    if found is None:
        raise NotProved("前一步留下的数据不见了")
    return found
