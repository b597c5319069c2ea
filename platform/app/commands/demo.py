"""`gjj demo`: the platform on this machine with fictional centres."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import click

from app.commands.place import DATA, Place, place_options
from app.demo.folder import DemoFolder
from app.demo.run import Demo
from app.demo.screen import Screen
from app.story.steps import ACTS


@click.command(
    help="在本机运行演示：数据库、消息服务与全部进程，虚构机构与人员，并演示主要流程；按 Ctrl-C 结束"
)
@place_options
@click.option("--port", type=click.IntRange(1, 65535), help="网页端口，默认 18080 或其后第一个空闲端口")
@click.option("--reset", is_flag=True, help="清除演示数据，重新开始")
@click.option(
    "--story", is_flag=True, help="在全新的数据文件夹中演示一遍后结束；任何一步与说明不符时退出码不为 0"
)
@click.option("--json", "as_json", is_flag=True, help="每行输出一个 JSON 对象")
@click.option("--acts", type=click.IntRange(1, ACTS), default=ACTS, help="只演示前几幕，默认全部三幕")
@click.option("--fast", is_flag=True, hidden=True, help="不保证断电后数据完整，仅用于测试")
@click.pass_context
def demo(
    ctx: click.Context, port: int | None, reset: bool, story: bool, as_json: bool, acts: int, fast: bool
) -> int:
    """One run of the demo."""
    named = DATA in ctx.find_root().meta
    temporary = story and not named
    path = Path(tempfile.mkdtemp(prefix="gjj-story-")) if temporary else Place.folder(ctx)
    folder = DemoFolder(path)
    if story and folder.played and not reset:
        print("演示数据已经存在；要重新演示，请加上 --reset，或用 --data 指定一个空文件夹。", file=sys.stderr)
        return 2
    folder.take(reset=reset)
    try:
        return Demo(folder, Screen(as_json), port, story_only=story, fast=fast, acts=acts).run()
    finally:
        if temporary:
            folder.remove()
        folder.release()
