"""`gjj doctor`: what is wrong with an installation, in plain words."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from app.commands.place import Place, place_options
from app.doctor.checks import everything
from app.doctor.finding import Result


@click.command(help="检查本安装：设置、密钥、数据库、消息服务、各进程；有异常时退出码为 1，有未核实的为 2")
@place_options
@click.option("--json", "as_json", is_flag=True, help="每行输出一个 JSON 对象")
@click.pass_context
def doctor(ctx: click.Context, as_json: bool) -> int:
    """Looks and changes nothing."""
    installation = Place.installation(ctx)
    results = []
    for finding in everything(installation):
        results.append(finding.result)
        click.echo(json.dumps(asdict(finding), ensure_ascii=False) if as_json else finding.line)
    installation.close()
    if Result.WRONG in results:
        return 1
    return 2 if Result.UNVERIFIED in results else 0
