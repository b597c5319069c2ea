"""`gjj up`: the same processes against an outside PostgreSQL, Valkey and issuer."""

from __future__ import annotations

import sys

import click

from app.commands.place import Place, place_options
from app.doctor.checks import before_start
from app.embedded.supervisor import Supervisor
from app.running import Announced, processes


@click.command(help="按设置文件运行全部进程，连接外部的数据库、消息服务与登录服务")
@place_options
@click.pass_context
def up(ctx: click.Context) -> int:
    """Until SIGTERM or Ctrl-C. Refuses to start while the installation can't work, with what is wrong."""
    installation = Place.installation(ctx)
    settings = installation.settings
    wrong = [finding for finding in before_start(installation) if not finding.good]
    installation.close()
    for finding in wrong:
        click.echo(finding.line, file=sys.stderr)
    if wrong:
        return 1
    for folder in (settings.log_folder, settings.run_folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    local = f"http://{settings.web.host}:{settings.web.port}"
    services = processes(settings.file, settings.log_folder, local)
    return Supervisor([Announced(service, click.echo) for service in services]).run(
        when_ready=lambda: click.echo(f"平台已启动：{settings.base_url}")
    )
