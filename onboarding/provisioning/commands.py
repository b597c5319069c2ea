"""`gjj city`: plan, sign, apply, verify, undo a manifest file; `gjj province` puts the province's own people in place."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select

from kernel.crypto.signing import SigningKey
from kernel.db.roles import Login
from kernel.errors import DomainError
from kernel.identity.accounts import person_id_of
from kernel.identity.actor import Actor
from kernel.identity.models import Membership
from kernel.identity.queries import actor_of_membership
from kernel.tenancy import tenants
from onboarding.manifests.errors import ManifestInvalid
from onboarding.manifests.service import (
    Signature,
    read_city,
    read_province,
    read_signature,
    sign,
)
from onboarding.provisioning.errors import PersonUnknown, SecondPersonNeeded
from onboarding.provisioning.policy import Action, PlanLine, changed
from onboarding.provisioning.ports import Places
from onboarding.provisioning.service import (
    Outcome,
    approve_and_run,
    open_run,
    plan_city,
    propose_city,
    propose_undo,
    run_to_end,
    settle_province,
    verify_city,
    wiring,
)

FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
PEOPLE = click.option(
    "--as", "users", multiple=True, metavar="登录名", help="办理人；写两次：先申请人，后审核人"
)
REASON = click.option("--reason", default="按已签名的入驻清单办理。", help="申请事由")


def places_of(installation: Any) -> Places:
    """The way into the installation's tenants. `installation` is what `gjj` opened."""
    database = installation.database(Login.WORKER)
    province = tenants.by_code(database, installation.settings.province.code)
    if province is None:
        raise click.ClickException("数据库中还没有省级机构，请先执行 gjj migrate。")
    return Places(database, province.id)


@click.group(help="城市中心的入驻清单")
def city() -> None:
    """The group."""


@city.command(help="比较清单与现状，不改动任何数据")
@FILE
@click.option("--all", "everything", is_flag=True, help="连同不变的内容一起列出")
@click.pass_context
def plan(ctx: click.Context, file: Path, everything: bool) -> None:
    """Lines of what would change."""
    lines = _said(lambda: plan_city(places_of(ctx.obj), read_city(file.read_bytes())))
    _show(lines if everything else changed(lines), "清单与现状一致，没有需要办理的内容。")
    kept = sum(line.action is Action.KEEP for line in lines)
    click.echo(f"共 {len(lines) - kept} 项变化，{kept} 项不变。")


@city.command(name="sign", help="由中心用联系人密钥为清单签名，写出同名的 .sig 文件")
@FILE
@click.option(
    "--key", type=click.Path(dir_okay=False, path_type=Path), required=True, help="密钥文件；没有时新建"
)
def sign_file(file: Path, key: Path) -> None:
    """The centre's part; needs no database."""
    found = _said(lambda: SigningKey.load(key) if key.exists() else SigningKey.create(key))
    body = file.read_bytes()
    _said(lambda: read_city(body))
    _beside(file).write_text(sign(body, found).text, encoding="ascii")
    click.echo(f"已签名，密钥编号 {found.key_id}。请把这个编号当面或者电话告知省级审核人。")


@city.command(help="由两人办理入驻并执行；中断后再次执行会接着完成")
@FILE
@PEOPLE
@REASON
@click.option("--demo-signature", is_flag=True, help="演示环境：用临时密钥代中心签名")
@click.pass_context
def apply(ctx: click.Context, file: Path, users: Sequence[str], reason: str, demo_signature: bool) -> None:
    """Propose, approve, carry out; or go on with what was approved."""
    if demo_signature and str(ctx.obj.settings.environment) == "production":
        raise click.ClickException("正式环境须由中心签名。")
    outcome = _said(lambda: _apply(places_of(ctx.obj), file, users, reason, demo_signature))
    click.echo(f"已写入 {outcome.written} 行。")
    for part, works in wiring().items():
        click.echo(f"  {'已办' if works else '本版本未接入'}：{part}")
    _show(outcome.differences, "核验一致。")
    ctx.exit(1 if outcome.differences else 0)


def _apply(places: Places, file: Path, users: Sequence[str], reason: str, demo_signature: bool) -> Outcome:
    body = file.read_bytes()
    code = read_city(body).centre.code
    with places.inside(places.province_id, read_only=True) as session:
        approved = open_run(session, code, body)
        run_id = None if approved is None else approved.id
    if run_id is not None:
        return run_to_end(places, run_id)
    maker, checker = _two(places, users)
    signature = sign(body, SigningKey.generate()) if demo_signature else signature_beside(file)
    return approve_and_run(places, propose_city(places, maker, body, signature, reason), checker)


@city.command(help="重新读取全部数据，与清单逐项核对")
@FILE
@click.pass_context
def verify(ctx: click.Context, file: Path) -> None:
    """0 when everything is as the manifest says."""
    lines = _said(lambda: verify_city(places_of(ctx.obj), read_city(file.read_bytes())))
    _show(lines, "核验一致。")
    ctx.exit(1 if lines else 0)


@city.command(help="由两人撤销尚未投入使用的中心：删除全部数据，代码停用")
@FILE
@PEOPLE
@REASON
@click.pass_context
def undo(ctx: click.Context, file: Path, users: Sequence[str], reason: str) -> None:
    """Everything of the city goes."""
    outcome = _said(
        lambda: _undo(places_of(ctx.obj), read_city(file.read_bytes()).centre.code, users, reason)
    )
    click.echo(f"已撤销，删除 {outcome.written} 行；省级日志保留了各表的删除数量。")


def _undo(places: Places, code: str, users: Sequence[str], reason: str) -> Outcome:
    with places.inside(places.province_id, read_only=True) as session:
        approved = open_run(session, code)
        run_id = None if approved is None or approved.kind != "undo" else approved.id
    if run_id is not None:
        return run_to_end(places, run_id)
    maker, checker = _two(places, users)
    with places.acting_as(maker).inside(places.province_id) as session:
        change = propose_undo(session, maker, code, reason)
    return approve_and_run(places, change, checker)


@click.group(help="省级机构")
def province() -> None:
    """The group."""


@province.command(help="按省级人员清单开通岗位与账号；可以重复执行")
@FILE
@click.pass_context
def settle(ctx: click.Context, file: Path) -> None:
    """The first people of the installation: nobody stands above the province, so the administrator's command does it."""
    places = places_of(ctx.obj)
    posts = _said(lambda: read_province(file.read_bytes()))
    with places.alone_in(places.province_id) as session:
        written = settle_province(session, posts)
        if written:
            session.audit(
                "onboarding.province_settled", "tenant", places.province_id, "开通省级岗位", rows=written
            )
    click.echo(f"已写入 {written} 行。")


def signature_beside(file: Path) -> Signature | None:
    """The `.sig` file of a manifest file, when there is one."""
    path = _beside(file)
    return read_signature(path.read_bytes()) if path.exists() else None


def _beside(file: Path) -> Path:
    return file.with_name(file.name + ".sig")


def _two(places: Places, users: Sequence[str]) -> tuple[Actor, Actor]:
    if len(users) != 2 or users[0] == users[1]:
        raise SecondPersonNeeded
    return actor_of_user(places, users[0]), actor_of_user(places, users[1])


def actor_of_user(places: Places, user: str) -> Actor:
    """The province's post of a user name. Raises PersonUnknown."""
    with places.inside(places.province_id, read_only=True) as session:
        post = session.scalar(select(Membership.id).where(Membership.person_id == person_id_of(user)))
        actor = None if post is None else actor_of_membership(session, post)
    if actor is None:
        raise PersonUnknown
    return actor


def _show(lines: Sequence[PlanLine], nothing: str) -> None:
    for line in lines:
        click.echo(line.words)
    if not lines:
        click.echo(nothing)


def _said(verb: Any) -> Any:
    """Run and say a refusal in plain words."""
    try:
        return verb()
    except ManifestInvalid as error:
        raise click.ClickException(
            "\n".join([error.message_zh, *(fault.words for fault in error.faults)])
        ) from None
    except DomainError as error:
        raise click.ClickException(f"{error.message_zh}{error.hint_zh}") from None


COMMANDS = (city, province)
