"""``gjj sms link check``: dials a gateway and tells step by step what it saw."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import IO

import click
import yaml

from shared_channels.sms.links.commands.checking import run_check
from shared_channels.sms.links.errors import LinkConfigError
from shared_channels.sms.links.schemas import LinkCheck, read_check


class _Unusable(click.ClickException):
    """Says what to change in the configuration; exit code 2."""

    exit_code = 2

    def show(self, file: IO[str] | None = None) -> None:
        click.echo(f"配置有误：{self.message}", file=file, err=file is None)


def _read(path: Path) -> LinkCheck:
    try:
        values = yaml.safe_load(path.read_text("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError):
        raise LinkConfigError("配置文件的格式有误，请检查缩进、冒号和引号") from None
    return read_check(values, folder=path.parent)


@click.command(
    name="check", help="登录一条短信线路，发一条短信并等状态报告，逐步说明所见。全部正常时退出码为 0。"
)
@click.option(
    "--config",
    "config_path",
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="线路配置文件（YAML）",
)
def check(config_path: Path) -> None:
    """Exit code 0: everything went well; 1: something failed; 2: the configuration cannot be used."""
    try:
        wanted = _read(config_path)
    except LinkConfigError as error:
        raise _Unusable(str(error)) from None
    raise SystemExit(0 if asyncio.run(run_check(wanted, click.echo)) else 1)
