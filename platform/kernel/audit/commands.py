"""`gjj audit`: export a tenant's log, check an export, seal once by hand."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import click

from kernel.audit import service
from kernel.audit.sealer import Sealer
from kernel.audit.verifier import gjj_verify
from kernel.crypto.errors import KeyFileUnsafe
from kernel.crypto.signing import SigningKey
from kernel.db import Database
from kernel.db.roles import Login
from kernel.errors import NotFound
from kernel.tenancy import tenants
from kernel.tenancy.scope import Scope


class Place(Protocol):
    """What these commands need of an installation."""

    @property
    def audit_key(self) -> SigningKey: ...
    def database(self, login: Login) -> Database: ...
    def scope(self, tenant_id: UUID) -> Scope: ...


@click.group(help="操作日志")
def audit() -> None:
    """The group."""


@audit.command(name="export", help="导出一个机构的操作日志，连同核对程序")
@click.option("--tenant", "code", required=True, help="机构代码")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="写到哪个文件")
@click.option("--reason", required=True, help="导出事由，会记入日志")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="只要这一天以来的记录")
@click.pass_obj
def export_log(place: Place, code: str, out: Path, reason: str, since: Any) -> None:
    """One audit event in that tenant's log."""
    database = place.database(Login.WORKER)
    tenant = tenants.by_code(database, code)
    if tenant is None:
        raise NotFound(message_zh=f"没有代码为 {code} 的机构。", hint_zh="请核对机构代码。")
    if out.exists():
        raise click.ClickException(f"文件“{out}”已经存在，没有覆盖。")
    try:
        with database.tenant_tx(place.scope(tenant.id)) as session:
            done = service.export(session, out, reason, None if since is None else since.date())
    except BaseException:
        out.unlink(missing_ok=True)  # an export that was not noted did not happen
        raise
    click.echo(f"已导出第 {done.first} 至 {done.last} 条：{out}")


@audit.command(help="核对导出包；没有给公钥时用本安装的公钥")
@click.argument("bundle", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--key", "keys", multiple=True, help="可信的公钥，64 位十六进制")
@click.option(
    "--witness", "witnesses", type=click.Path(path_type=Path, exists=True), multiple=True, help="自存的检查点"
)
@click.option("--tenant", "tenant_id", type=click.UUID, help="机构编号")
@click.pass_obj
def verify(
    place: Place, bundle: Path, keys: tuple[str, ...], witnesses: tuple[Path, ...], tenant_id: UUID | None
) -> int:
    """Exit code of the offline verifier: 0 passed, 1 something is wrong, 2 not checked."""
    try:
        trusted = [bytes.fromhex(key) for key in keys] or _own_key(place)
    except ValueError:
        raise click.ClickException("公钥应当是 64 位十六进制数字，请核对。") from None
    own = [path.read_bytes() for path in witnesses]
    report = gjj_verify.verify_bundle(_inner(bundle), trusted, str(tenant_id or ""), own)
    for line in (*report.notes, *("发现问题：" + fault.text for fault in report.faults)):
        click.echo(line)
    click.echo("结论：" + ("核对通过。", "发现问题，记录不可信。", "没有完成核对。")[report.code])
    return report.code


@audit.command(help="立即签一次检查点；平时由 gjj sealer 自动进行")
@click.option("--once", is_flag=True, required=True, help="只签一次")
@click.option("--witness-dir", type=click.Path(path_type=Path, file_okay=False), help="见证文件所在的文件夹")
@click.pass_obj
def seal(place: Place, once: bool, witness_dir: Path | None) -> int:
    """One round of the sealer. Exit code 1 when something is found that must not be signed."""
    sealer = Sealer(place.database(Login.SEALER), place.audit_key, witness_dir)
    made = sealer.round()
    click.echo("没有需要签名的新记录。" if made is None else f"已签检查点 {made.number}。")
    if not sealer.healthy:
        click.echo("有记录与签名不符，没有为它签名：请在“操作日志”页查看。", err=True)
    return 0 if sealer.healthy else 1


def _own_key(place: Place) -> list[bytes]:
    try:
        return [place.audit_key.public.raw]
    except (KeyFileUnsafe, OSError):
        return []


def _inner(bundle: Path) -> Path | io.BytesIO:
    """The bundle itself, also when the whole package was given."""
    try:
        with zipfile.ZipFile(bundle) as package:
            if service.BUNDLE in package.namelist():
                return io.BytesIO(package.read(service.BUNDLE))
    except (zipfile.BadZipFile, OSError, RuntimeError):
        pass
    return bundle


COMMANDS = (audit,)
