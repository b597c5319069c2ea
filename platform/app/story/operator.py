"""What an operator types: commands of `gjj`, run in this process against the demo's installation."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import click

from app.story.stage import Stage
from app.story.step import NotProved


def run(stage: Stage, *arguments: str) -> tuple[int, str]:
    """Run a command; its exit code and what it printed."""
    from app.cli import group

    printed = io.StringIO()
    settings = ["--config", str(stage.installation.settings.file)]
    with contextlib.redirect_stdout(printed):
        try:
            code = group.main([*settings, *arguments], prog_name="gjj", standalone_mode=False)
        except click.exceptions.Exit as ended:
            code = ended.exit_code
        except click.ClickException as error:
            return 1, error.format_message()
    return code if isinstance(code, int) else 0, printed.getvalue()


def must(stage: Stage, *arguments: str) -> str:
    """Run a command that has to succeed."""
    code, printed = run(stage, *arguments)
    if code:
        last = printed.strip().splitlines()[-1:] or [""]
        raise NotProved(f"命令 gjj {' '.join(arguments[:2])} 没有成功：{last[0]}")
    return printed


def file(stage: Stage, name: str, body: bytes) -> Path:
    """A file for a command, in the demo's own folder."""
    folder = stage.folder / "story"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / name
    path.write_bytes(body)
    return path
