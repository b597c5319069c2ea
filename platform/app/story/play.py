"""Plays the story: each step with what it did, what it proved and how long it took; stops at the first that is not true."""

from __future__ import annotations

import time
from collections.abc import Sequence

from app import rooms
from app.demo.note import DemoNote
from app.demo.screen import Screen
from app.demo.settings_file import base_url
from app.installation.installation import Installation
from app.installation.layout import Layout
from app.story import steps
from app.story.stage import Stage
from app.story.step import NotProved, Step
from kernel.web.access_log import kinds, places


def perform(layout: Layout, note: DemoNote, screen: Screen, acts: int = steps.ACTS) -> bool:
    """The story, or its first acts, on a running demo. True when every step did what it says."""
    installation = Installation(layout.settings)
    phone = base_url(note.ports.phone)
    rooms.load()  # steps that act through services leave jobs, whose names must be known
    stage = Stage(installation, base_url(note.ports.web), screen, layout.folder, phone)
    try:
        steps.load_accounts(stage)
        told = tell(stage, steps.all_steps(acts))
    finally:
        installation.close()
    if told:
        final = DemoNote(note.ports, tuple(stage.accounts.values()), ready=True)
        final.write(layout.demo_note)
        _show_end(final, layout, screen)
    return told


def tell(stage: Stage, story: Sequence[Step]) -> bool:
    """Play the steps in order."""
    for number, step in enumerate(story, 1):
        head = f"[{number}/{len(story)}] {step.title_zh}"
        begin = time.monotonic()
        try:
            if step.played(stage):
                stage.screen.say(f"{head}：此前已演示", "step", code=step.code, result="played")
                continue
            proved = step.act(stage)
        except NotProved as error:
            stage.screen.say(f"{head}：与说明不符：{error}", "step", code=step.code, result="failed")
            return False
        except Exception as error:
            where = places(error.__traceback__)[-1:]
            stage.screen.say(
                f"{head}：没有完成（{'、'.join([*kinds(error)[:1], *where])}）",
                "step",
                code=step.code,
                result="failed",
            )
            return False
        seconds = time.monotonic() - begin
        stage.screen.say(
            f"{head}：{proved}（{seconds:.1f} 秒）",
            "step",
            code=step.code,
            result="proved",
            seconds=round(seconds, 1),
        )
    return True


def _show_end(note: DemoNote, layout: Layout, screen: Screen) -> None:
    address = base_url(note.ports.web)
    screen.say("演示已就绪。", "ready", **note.as_json(secret=False))
    if screen.as_json:
        return
    screen.table("地址", ("页面", "网址"), [(name, f"{address}{path}") for name, path in steps.ADDRESSES])
    shown = [a for a in note.accounts if a.tenant in steps.SHOWN_TENANTS]
    rows = [(a.name, a.role_zh, a.tenant_zh, a.username) for a in shown]
    screen.table("可以登录的虚构人员", ("姓名", "岗位", "机构", "用户名"), rows)
    where = f"口令与其余 {len(note.accounts) - len(shown)} 人见 {layout.demo_note}（仅本账户可读）。"
    screen.say(f"{where}按 Ctrl-C 结束；再次运行会保留数据。")
