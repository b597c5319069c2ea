"""The audit log shows who did what, and a file of it is verified with nothing but Python."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sqlalchemy import select

import kernel.audit.verifier
from app.story.entering import tenant_of
from app.story.stage import Stage
from app.story.step import NotProved, Step, prove
from app.story.steps_publishing import APPROVER, CENTRE, EDITOR
from kernel.audit import extracts, queries
from kernel.audit.bundle import write_bundle
from kernel.audit.chain import Entry, Head
from kernel.audit.extracts import KeyedExtract
from kernel.audit.models import AuditEvent
from kernel.db.roles import Login

VERIFIER = Path(kernel.audit.verifier.__path__[0]) / "gjj_verify.py"


def trace(stage: Stage) -> str:
    """Both persons stand in the centre's log, each with their act; the refusal too."""
    names = {user: stage.accounts[user].name for user in (EDITOR, APPROVER)}
    installation = stage.installation
    scope = installation.scope(tenant_of(stage, CENTRE).id, "system:story")
    with installation.database(Login.WEB).tenant_tx(scope, read_only=True) as session:
        rows = session.execute(select(AuditEvent.actor_name, AuditEvent.action)).all()
    acts = {(row.actor_name, row.action) for row in rows}
    prove((names[EDITOR], "changes.proposed") in acts, "日志里没有提交人的提交")
    prove((names[APPROVER], "changes.approved") in acts, "日志里没有审批人的同意")
    prove((names[APPROVER], "changes.proposed") not in acts, "日志把提交记在了审批人名下")
    return f"{names[EDITOR]} 的提交与 {names[APPROVER]} 的同意均有记录，共 {len(rows)} 条"


def verify_offline(stage: Stage) -> str:
    """Export, verify, change one byte, see it found."""
    folder = stage.folder / "story"
    folder.mkdir(mode=0o700, exist_ok=True)
    good, bad = folder / "audit.zip", folder / "audit-changed.zip"
    for path in (good, bad):
        path.unlink(missing_ok=True)
    count = _export(stage, good, change=False)
    _export(stage, bad, change=True)
    prove(_verify(stage, good) == 0, "导出的日志没有通过离线核对")
    prove(_verify(stage, bad) == 1, "改动一个字节没有被离线核对发现")
    return f"{count} 条日志离线核对通过；改动一个字节即被发现"


def _export(stage: Stage, path: Path, *, change: bool) -> int:
    """Everything that the newest checkpoint of the running sealer covers."""
    installation = stage.installation
    scope = installation.scope(tenant_of(stage, CENTRE).id, "system:story")

    def sealed() -> KeyedExtract | None:
        with installation.database(Login.WEB).tenant_tx(scope, read_only=True) as session:
            head = queries.head(session)
            return None if head is None else extracts.covering(session, head.seq)

    prove(stage.eventually(lambda: sealed() is not None), "日志没有被封存")
    with installation.database(Login.WEB).tenant_tx(scope, read_only=True) as session:
        newest = extracts.newest(session)
        if newest is None:
            raise NotProved("日志没有被封存")
        entries = list(queries.entries(session, 0, newest.extract.head.size))
    if change:
        first = entries[0]
        body = bytes([first.body[0] ^ 1]) + first.body[1:]
        entries[0] = Entry(first.seq, first.prev_hash, body, first.entry_hash)
    write_bundle(path, Head.empty(scope.tenant_id), entries, [newest.extract], [newest.key])
    return len(entries)


def _verify(stage: Stage, path: Path) -> int:
    """In a Python of its own, without packages: as the centre's auditor would on another machine."""
    command = [
        sys.executable,
        "-I",
        "-S",
        str(VERIFIER),
        str(path),
        "--key",
        stage.installation.audit_key.public.hex,
    ]
    return subprocess.run(command, capture_output=True, check=False, cwd=path.parent).returncode


STEPS = (
    Step("audit.trace", "日志写明谁做了什么", trace),
    Step("audit.offline", "日志离线核对", verify_offline),
)
