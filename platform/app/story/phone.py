"""The depositor's phone: its browser, and the messages that the played carrier brought to it."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import Any

import httpx

from app.story.forms import form_to
from app.story.stage import Stage
from app.story.step import NotProved, prove

_CODE = re.compile(r"验证码(?:是)?\s*([0-9]{6})")
PATIENCE_S = 25.0
"""How long a person looks at the phone before asking for another code. A carrier that was killed forgets what it showed."""
MINUTE_S = 61.0


@dataclass
class Phone:
    """One number. `centre` is the code in the path of the pages."""

    stage: Stage
    number: str
    centre: str
    browser: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.browser = self.stage.visitor()

    def get(self, path: str) -> httpx.Response:
        """A page of the centre."""
        return self.browser.get(f"/m/{self.centre}/{path}")

    def send(self, page: httpx.Response, ending: str, **typed: str) -> httpx.Response:
        """Fill in a form of the page and send it."""
        return form_to(page, ending).change(**typed).send(self.browser, page)

    def messages(self) -> list[dict[str, Any]]:
        """What reached the phone, the newest last."""
        try:
            answer = httpx.get(
                f"{self.stage.phone_url}/messages", params={"phone": self.number}, timeout=5, trust_env=False
            )
        except httpx.HTTPError:
            return []  # the carrier is being started again
        found: list[dict[str, Any]] = answer.json()["messages"]
        return sorted((each for each in found if not each["mine"]), key=lambda each: int(each["number"]))

    def text_with(self, *words: str, seconds: float = 60.0) -> str:
        """A message with all these words. Raises NotProved when none comes."""
        give_up = time.monotonic() + seconds
        while time.monotonic() < give_up:
            for each in reversed(self.messages()):
                if all(word in each["text"] for word in words):
                    return str(each["text"])
            time.sleep(0.1)
        raise NotProved(f"手机没有收到含“{'、'.join(words)}”的短信")

    def code_page(self, start: str, words: str) -> tuple[httpx.Response, str]:
        """Ask for a code on the page `start` until one arrives: the page on which it is typed, and the code."""
        for _attempt in range(3):
            asked, known = time.monotonic(), len(self.messages())
            page = self.send(self.get(start), start, phone=self.number)
            prove(page.status_code in (200, 429), f"获取验证码的页面应答 {page.status_code}")
            code = self._arrived(words, known) if page.status_code == 200 else ""
            if code:
                return page, code
            time.sleep(max(0.0, MINUTE_S - (time.monotonic() - asked)))
        raise NotProved("三次获取验证码，手机都没有收到短信")

    def code_after(self, known: int, words: str) -> str:
        """The code of a message that came after the first `known` ones; empty when none came."""
        return self._arrived(words, known)

    def _arrived(self, words: str, known: int) -> str:
        give_up = time.monotonic() + PATIENCE_S
        while time.monotonic() < give_up:
            every = self.messages()
            if len(every) < known:
                known = 0  # the carrier was started again and forgot what it had shown
            for each in reversed(every[known:]):
                found = _CODE.search(each["text"])
                if found and words in each["text"]:
                    return found.group(1)
            time.sleep(0.1)
        return ""
