"""`gjj keys`: the secrets of an installation."""

from __future__ import annotations

import click

from app.commands.place import Place, place_options
from app.installation.keys import make_missing


@click.group(help="密钥与口令")
def keys() -> None:
    """The group."""


@keys.command(help="生成缺少的密钥与口令；已有的从不改动")
@place_options
@click.pass_context
def make(ctx: click.Context) -> None:
    """Each is made once, in a file of mode 0600."""
    made = make_missing(Place.installation(ctx).settings)
    for place in made:
        click.echo(f"已生成 {place}")
    if not made:
        click.echo("密钥与口令都已存在，没有改动。")
    click.echo("请把密钥文件夹与数据库分开备份：丢失后，加密的个人信息无法恢复。")
