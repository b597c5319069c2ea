"""Exports a tenant's log as one package that anybody can check without this platform."""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from kernel.audit import extracts, queries, witness
from kernel.audit.bundle import checkpoints_json, write_bundle
from kernel.audit.chain import Head
from kernel.audit.checkpoint import CheckpointExtract, CheckpointRefused
from kernel.audit.errors import NotSealedYet
from kernel.audit.extracts import KeyedExtract
from kernel.audit.verifier import gjj_verify
from kernel.db import TenantSession
from kernel.errors import Invalid

BUNDLE, VERIFIER, KEYS, COPIES, README = (
    "bundle.zip",
    "gjj_verify.py",
    "public-keys.txt",
    "witness.json",
    "说明.txt",
)
LARGEST_REASON = 200
_MOST_CHECKPOINTS = 200
_README = """操作日志导出包

机构编号：{tenant}
记录：第 {first} 条至第 {last} 条
事由：{reason}

核对方法（不联网、不需要本平台）：
1. 解开本压缩包，在解开的文件夹里执行
   python3 gjj_verify.py bundle.zip --tenant {tenant} --key 公钥
2. 公钥请用当面或书面方式取得，再与 public-keys.txt 中的逐字比对；不要直接采信包里自带的公钥。
3. 手中有以前导出的 witness.json 的，请加上 --witness 以前的witness.json，可以发现历史是否被整体改写。

退出码 0 表示核对通过，1 表示发现问题，2 表示没有完成核对。
"""


@dataclass(frozen=True)
class Exported:
    """What a package holds: events `first` to `last` (both included; last < first when there are none)."""

    path: Path
    first: int
    last: int


def export(session: TenantSession, path: Path, reason_zh: str, since: date | None = None) -> Exported:
    """Write the package to `path` (mode 0600, never over another file) and note the export as an audit event.

    `since` (a day in Beijing) leaves out what was sealed before; the package then begins at an earlier checkpoint, so that it holds at
    least what was asked for. Raises Invalid without a reason, NotSealedYet, FileExistsError.
    """
    reason = " ".join(reason_zh.split())
    if not reason or len(reason) > LARGEST_REASON:
        raise Invalid(fields={"reason": [f"请填写导出事由，不超过 {LARGEST_REASON} 个字。"]})
    start, found = _range(session, since)
    latest = found[-1]
    first, last = start.size + 1, latest.extract.head.size
    words = {"tenant": session.tenant_id, "first": first, "last": last, "reason": reason}
    _write(session, path, start, found, _README.format(**words))
    with suppress(CheckpointRefused):  # exported as it is: judging is the verifier's part
        witness.keep(session, latest)
    session.audit(
        "audit.exported", "audit_log", f"{first}-{last}", f"导出操作日志第 {first} 至 {last} 条，事由：{reason}",
        first=first, last=last, checkpoint=latest.number,
    )  # fmt: skip
    return Exported(path, first, last)


def _range(session: TenantSession, since: date | None) -> tuple[Head, list[KeyedExtract]]:
    """Where the bundle begins, and its checkpoints: the first of each day, the newest, at most two hundred."""
    days, latest = extracts.by_day(session), extracts.newest(session)
    if not days or latest is None:
        raise NotSealedYet
    before = [number for number, day in days if since is not None and day < since]
    numbers = [number for number, _ in days if not before or number > before[-1]]
    step = max(1, -(-len(numbers) // _MOST_CHECKPOINTS))
    wanted = {*before[-1:], *numbers[::step], *numbers[-1:], latest.number}
    found = extracts.numbered(session, sorted(wanted))
    return (found[0].extract.head if before else Head.empty(session.tenant_id)), found


def _write(
    session: TenantSession, path: Path, start: Head, found: Sequence[KeyedExtract], readme: str
) -> None:
    marks: list[CheckpointExtract] = [item.extract for item in found]
    keys = list(dict.fromkeys(item.key for item in found))
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with (
            os.fdopen(handle, "wb") as file,
            zipfile.ZipFile(file, "w") as package,
            tempfile.TemporaryDirectory(dir=path.parent) as aside,
        ):
            bundle = Path(aside) / BUNDLE
            write_bundle(
                bundle, start, queries.entries(session, start.size, marks[-1].head.size), marks, keys
            )
            package.write(bundle, BUNDLE, zipfile.ZIP_DEFLATED)
            package.write(gjj_verify.__file__, VERIFIER, zipfile.ZIP_DEFLATED)
            package.writestr(KEYS, "".join(f"{key.hex}\n" for key in keys))
            package.writestr(COPIES, checkpoints_json(witness.copies(session) or marks[-1:]))
            package.writestr(README, readme)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
