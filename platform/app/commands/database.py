"""`gjj migrate` and `gjj db`: what an administrator does to the database of an installation."""

from __future__ import annotations

import click

from app.commands.place import Place, place_options
from app.installation.database import bring_up_to_date, open_province
from app.installation.installation import Installation
from app.installation.statements import printable
from kernel.db.bootstrap import database_statements, role_statements
from kernel.db.roles import Login


@click.command(help="把数据库升级到本版本，并写入基础数据；可以重复执行")
@place_options
@click.pass_context
def migrate(ctx: click.Context) -> None:
    """Schema, context key, reference rows, the province."""
    bring_up(Place.installation(ctx))
    click.echo("数据库已是本版本。")


def bring_up(installation: Installation) -> None:
    """Everything that one release wants of its database, as `gjj_migrate`."""
    province = installation.settings.province
    dsn = installation.dsn(Login.MIGRATE)
    bring_up_to_date(dsn, installation.context_key)
    fictional = installation.settings.environment.value != "production"
    open_province(dsn, province.code, province.name_zh, province.short_name_zh, fictional=fictional)


@click.group(help="数据库")
def db() -> None:
    """The group."""


@db.command(help="打印建立账户与数据库的语句，交给数据库管理员执行一次")
@place_options
@click.option("--print", "show", is_flag=True, required=True, help="打印语句（含口令，请勿转发）")
@click.pass_context
def bootstrap(ctx: click.Context, show: bool) -> None:
    """The statements with this installation's passwords; nothing is executed."""
    installation = Place.installation(ctx)
    name = installation.settings.database.name
    click.echo("-- 第一部分：在任意数据库中以超级用户执行")
    for statement in role_statements(installation.passwords()):
        click.echo(printable(statement) + ";")
    click.echo(f'create database "{name}" owner gjj_owner;\n-- 第二部分：连接到数据库 {name} 后执行')
    for statement in database_statements(name):
        click.echo(printable(statement) + ";")
