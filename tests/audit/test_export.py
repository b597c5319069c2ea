"""An export is one event, one package, and is checked by the file inside it alone."""

from __future__ import annotations

import stat
import subprocess
import sys
import zipfile
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner

from kernel.audit import service
from kernel.audit.commands import audit
from kernel.audit.errors import NotSealedYet
from kernel.calendar import clock
from kernel.crypto.signing import SigningKey
from kernel.db import Database
from kernel.db.roles import Login
from kernel.errors import Invalid
from kernel.tenancy.scope import Scope
from tests.audit.live_log import rows, sealer, tamper, write
from tests.database import TestDatabase


@pytest.fixture
def tenant(clone: TestDatabase, key: SigningKey) -> UUID:
    made = clone.open_centre("C96401")
    for _ in range(3):
        write(clone, made, 2)
        sealer(clone, key).round()
    return made


def export(
    database: TestDatabase, tenant: UUID, path: Path, since: date | None = None, reason: str = "年度审计"
) -> service.Exported:
    with database.door(Login.WORKER).tenant_tx(database.scope(tenant)) as session:
        return service.export(session, path, reason, since)


def check(package: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    """Unpack and run what is inside, without site packages."""
    with zipfile.ZipFile(package) as archive:
        archive.extractall(folder)
    command = [sys.executable, "-I", "-S", "-W", "error", "gjj_verify.py", "bundle.zip", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, timeout=60, check=False)


def test_the_package_is_checked_by_what_is_inside(
    clone: TestDatabase, tenant: UUID, key: SigningKey, tmp_path: Path
) -> None:
    done = export(clone, tenant, tmp_path / "out.zip")
    assert (done.first, done.last) == (1, 6)
    assert stat.S_IMODE(done.path.stat().st_mode) == 0o600
    passed = check(done.path, tmp_path / "a", "--key", key.public.hex, "--tenant", str(tenant))
    assert (passed.returncode, passed.stderr) == (0, b"")
    assert "已核对 6 条" in passed.stdout.decode()
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == sorted(
        [service.BUNDLE, service.VERIFIER, service.KEYS, service.COPIES, service.README]
    )
    assert (tmp_path / "a" / service.KEYS).read_text() == f"{key.public.hex}\n"
    assert check(done.path, tmp_path / "a", "--key", SigningKey.generate().public.hex).returncode == 1


def test_a_former_copy_finds_a_history_that_was_replaced(
    clone: TestDatabase, tenant: UUID, key: SigningKey, tmp_path: Path
) -> None:
    check(export(clone, tenant, tmp_path / "old.zip").path, tmp_path / "old")
    for table in ("k.checkpoint_leaf", "k.checkpoint", "audit_witness"):
        tamper(clone, f"delete from {table}")
    tamper(clone, "delete from audit_event where tenant_id = %s", tenant)
    tamper(clone, "delete from audit_head where tenant_id = %s", tenant)
    write(clone, tenant, 9, "改写")
    sealer(clone, key).round()
    new = export(clone, tenant, tmp_path / "new.zip").path
    words = ["--key", key.public.hex]
    assert check(new, tmp_path / "new", *words).returncode == 0
    assert (
        check(new, tmp_path / "new", *words, "--witness", str(tmp_path / "old" / service.COPIES)).returncode
        == 1
    )


def test_the_export_itself_is_one_event(clone: TestDatabase, tenant: UUID, tmp_path: Path) -> None:
    before = len(rows(clone, tenant))
    export(clone, tenant, tmp_path / "out.zip", reason="  年度\n审计 ")
    new = rows(clone, tenant)[before:]
    assert len(new) == 1
    assert '"action":"audit.exported"' in new[0].body.decode()
    assert "事由：年度 审计" in new[0].body.decode()


def test_a_day_leaves_out_what_was_sealed_before(
    clone: TestDatabase, tenant: UUID, key: SigningKey, tmp_path: Path
) -> None:
    today = clock.today()
    tamper(
        clone,
        "update k.checkpoint_leaf set sealed_on = sealed_on - 3 + number::integer where chain_id = %s",
        tenant,
    )
    whole = export(clone, tenant, tmp_path / "whole.zip", today - timedelta(days=30))
    assert (whole.first, whole.last) == (1, 6)
    later = export(clone, tenant, tmp_path / "later.zip", today)
    assert (later.first, later.last) == (5, 6)
    assert check(later.path, tmp_path / "later", "--key", key.public.hex).returncode == 0
    none = export(clone, tenant, tmp_path / "none.zip", today + timedelta(days=30))
    assert check(none.path, tmp_path / "none", "--key", key.public.hex).returncode == 0


def test_refusals(clone: TestDatabase, tenant: UUID, tmp_path: Path) -> None:
    path = tmp_path / "out.zip"
    for reason in ("", " \n", "长" * 201):
        with pytest.raises(Invalid):
            export(clone, tenant, path, reason=reason)
    fresh = clone.open_centre("C96402")
    with pytest.raises(NotSealedYet):
        export(clone, fresh, path)
    assert not path.exists()
    path.write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        export(clone, tenant, path)
    assert path.read_bytes() == b"mine"


class Installation:
    """What the commands need of one."""

    def __init__(self, database: TestDatabase, key: SigningKey) -> None:
        self._database, self.audit_key = database, key

    def database(self, login: Login) -> Database:
        return self._database.door(login)

    def scope(self, tenant_id: UUID) -> Scope:
        return self._database.scope(tenant_id)


def test_commands(clone: TestDatabase, tenant: UUID, key: SigningKey, tmp_path: Path) -> None:
    place, out = Installation(clone, key), str(tmp_path / "out.zip")

    def gjj(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(audit, list(words), obj=place, standalone_mode=False)
        code = done.return_value if done.exception is None else 1
        said = "".join(
            line for line in done.output.splitlines(True) if "[info" not in line and "[error" not in line
        )
        return code or 0, said + str(done.exception or "")

    write(clone, tenant)
    assert gjj("seal", "--once") == (0, "已签检查点 4。\n")
    assert gjj("seal", "--once") == (0, "没有需要签名的新记录。\n")
    assert gjj("export", "--tenant", "C96401", "--out", out, "--reason", "检查") == (
        0,
        f"已导出第 1 至 7 条：{out}\n",
    )
    assert "已经存在" in gjj("export", "--tenant", "C96401", "--out", out, "--reason", "检查")[1]
    assert gjj("export", "--tenant", "C00009", "--out", out + "2", "--reason", "检查")[0] == 1
    for words in ((), ("--key", key.public.hex), ("--tenant", str(tenant))):
        code, text = gjj("verify", out, *words)
        assert (code, "核对通过" in text) == (0, True)
    assert gjj("verify", out, "--key", SigningKey.generate().public.hex)[0] == 1
    assert gjj("verify", out, "--key", "xy")[0] == 1
    (tmp_path / "other.zip").write_bytes(b"nothing")
    assert gjj("verify", str(tmp_path / "other.zip"))[0] == 2
    tamper(clone, "update audit_head set head_hash = sha256(head_hash) where tenant_id = %s", tenant)
    assert gjj("seal", "--once", "--witness-dir", str(tmp_path / "w"))[0] == 1
