"""The demo from start to end: servers, preparation, processes, story, and what to look at."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path

from app.demo import settings_file
from app.demo.folder import DemoFolder
from app.demo.note import DemoNote
from app.demo.preparation import Preparation
from app.demo.screen import Screen
from app.demo.settings_file import LINE, DemoPorts, base_url
from app.embedded import ports
from app.embedded.errors import PortTaken
from app.embedded.postgres import EmbeddedPostgres
from app.embedded.supervisor import ChildService, ChildSpec, Service, Supervisor
from app.embedded.valkey import EmbeddedValkey
from app.running import Announced, command, environment, processes
from app.story.play import perform
from app.story.steps import ACTS

WEB_PORT = 18080
CARRIER_PORT = 17890
PHONE_PORT = 17990


@dataclass
class Demo:
    """One run. `story_only`: play the story, then end with its result; `acts`: how many of its acts."""

    folder: DemoFolder
    screen: Screen
    port: int | None = None
    story_only: bool = False
    fast: bool = False
    acts: int = ACTS
    _failed: bool = False
    _supervisor: Supervisor | None = field(default=None, repr=False)

    def run(self) -> int:
        """Until Ctrl-C, or until the story has been played. Returns the exit code."""
        layout = self.folder.layout
        web, carrier, phone = self._choose(), ports.hold_free(CARRIER_PORT), ports.hold_free(PHONE_PORT)
        postgres = EmbeddedPostgres(layout.postgres, fast=self.fast)
        valkey = EmbeddedValkey(layout.valkey, fast=self.fast)

        def all_ports() -> DemoPorts:
            return DemoPorts(web, postgres.port, valkey.port, carrier, phone)

        preparation = Preparation(layout, postgres, valkey, all_ports)
        services: list[Service] = [postgres, valkey, preparation, _carrier(layout.log, carrier, phone)]
        services += processes(layout.settings, layout.log, base_url(web))
        self.screen.say(f"数据文件夹：{layout.folder}", "folder", folder=str(layout.folder))
        self._supervisor = Supervisor(
            [Announced(service, lambda text: self.screen.say(text, "service")) for service in services],
            say=lambda text: self.screen.say(text, "error"),
        )
        code = self._supervisor.run(when_ready=lambda: self._ready(all_ports()))
        self.screen.say("所有进程均已停止。" if not self.story_only else "演示环境已关闭。", "ended")
        return code or int(self._failed)

    def _choose(self) -> int:
        """The wished port, else that of the last start (addresses people kept stay right), else the next free one."""
        if self.port is not None:
            if not ports.hold(self.port):
                raise PortTaken(self.port)
            return self.port
        former = settings_file.former(self.folder.layout).get("web", {}).get("port")
        if isinstance(former, int) and ports.hold(former):
            return former
        return ports.hold_free(WEB_PORT)

    def _ready(self, all_ports: DemoPorts) -> None:
        note = DemoNote(all_ports)
        note.write(self.folder.layout.demo_note)
        address = base_url(note.ports.web)
        self.screen.say(f"页面已经可以打开：{address}", "serving", base_url=address)
        phone = base_url(note.ports.phone)
        self.screen.say(f"演示手机（收验证码和短信）：{phone}", "phone", phone_url=phone)

        def act() -> None:
            try:
                self._failed = not perform(self.folder.layout, note, self.screen, self.acts)
            except BaseException:
                self._failed = True
                raise
            finally:
                if self.story_only and self._supervisor is not None:
                    self._supervisor.end()

        threading.Thread(target=act, name="story", daemon=True).start()


def _carrier(log: Path, port: int, phone: int) -> ChildService:
    """The played carrier that the gateway dials; it shows what its phones got, and knows a message that comes again."""
    module = ["-P", "-m", "shared_channels.sms.carriers.loopback"]
    options = ["--protocol", LINE["protocol"], "--port", str(port), "--account", LINE["account"]]
    options += ["--control-port", str(phone), "--deduplicate"]
    return ChildService(
        ChildSpec(
            "carrier", "回环运营商", [command()[0], *module, *options], environment(), log=log / "carrier.log"
        )
    )
