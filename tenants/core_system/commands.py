"""`gjj core`: how the demo core system of a centre behaves; for demo, rehearsal and tests."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

import click

from kernel.db import Database
from kernel.db.roles import Login
from kernel.errors import NotFound
from kernel.tenancy import tenants
from kernel.tenancy.scope import Scope
from tenants.core_system import service
from tenants.core_system.models import Mode


class Place(Protocol):
    """What this command needs of an installation."""

    def database(self, login: Login) -> Database: ...
    def scope(self, tenant_id: UUID) -> Scope: ...


@click.group(help="核心系统接口")
def core() -> None:
    """The group."""


@core.command(name="mode", help="让一个机构的演示核心系统正常、缓慢、停机或数据不一致")
@click.option("--tenant", "code", required=True, help="机构代码")
@click.argument("mode", type=click.Choice([mode.value for mode in Mode]))
@click.pass_obj
def set_mode(place: Place, code: str, mode: str) -> None:
    """Takes effect with the next question; noted in that centre's log."""
    database = place.database(Login.WORKER)
    tenant = tenants.by_code(database, code)
    if tenant is None:
        raise NotFound(message_zh=f"没有代码为 {code} 的机构。", hint_zh="请核对机构代码。")
    if not (tenant.fictional or tenant.rehearsal):
        raise click.ClickException("演示核心系统只用于虚构机构和演练，正式机构不能接入。")
    with database.tenant_tx(place.scope(tenant.id)) as session:
        service.set_mode(session, Mode(mode))
    click.echo(f"{tenant.name_zh}：演示核心系统已调整。")


COMMANDS = (core,)
