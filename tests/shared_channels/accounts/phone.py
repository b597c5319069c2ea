"""A person's phone: a browser without JavaScript that fills in the pages' own forms."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kernel.crypto.secret import Secret
from tests.database import TestDatabase
from tests.shared_channels.accounts.world import Codes, new_phone, plain
from tests.web_client import visitor

_FORM = re.compile(r'<form[^>]*method="post" action="([^"]+)"[^>]*>(.*?)</form>', re.S)
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


@dataclass
class Phone:
    """`number` is the owner's; `centre` the code in the path of the pages."""

    browser: FlaskClient
    codes: Codes
    centre: str
    number: Secret[str]

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.browser.get(f"/m/{self.centre}/{path}", **options)

    def send(self, page: TestResponse, action: str, typed: dict[str, str] | None = None) -> TestResponse:
        """Fill in and send the form of `page` whose address ends with `action`."""
        for address, inside in _FORM.findall(page.text):
            if unescape(address).partition("?")[0].endswith(action):
                hidden = {name: unescape(value) for name, value in _HIDDEN.findall(inside)}
                return self.browser.post(unescape(address), data={**hidden, **(typed or {})})
        raise AssertionError(f"no form to {action} on the page")

    def follow(self, answer: TestResponse) -> TestResponse:
        assert answer.status_code == 303, (answer.status_code, answer.text[:2000])
        return self.browser.get(answer.location)

    def ask(self, page: str = "sign-in", number: Secret[str] | None = None) -> TestResponse:
        """Type the number; the page on which the code is asked for."""
        typed = {"phone": plain(number or self.number)}
        return self.follow(self.send(self.get(page), page, typed))

    def register(self) -> TestResponse:
        """The whole way from nothing to one's own page."""
        page = self.follow(self.send(self.ask("register"), "sign-in/code", {"code": self.codes.last}))
        return self.follow(self.send(page, "register/consent", {"agree": "1"}))

    def sign_in(self) -> TestResponse:
        return self.follow(self.send(self.ask(), "sign-in/code", {"code": self.codes.last}))


def phone_of(database: TestDatabase, codes: Codes, centre: str, number: Secret[str] | None = None) -> Phone:
    """A phone with an empty browser."""
    return Phone(visitor(database), codes, centre, number or new_phone())
