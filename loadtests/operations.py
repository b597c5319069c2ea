"""What people do, one operation a function. Each gets a fresh visit: no cookie of the visit before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from random import Random
from typing import Any

from loadtests.target import Target


class WentWrong(Exception):
    """The operation did not do what it is for; the text is a short code that counts are kept by."""


@dataclass
class Visit:
    """One visit of one person to one centre. `client` is locust's."""

    client: Any
    target: Target
    tenant: str
    draw: Random

    def get(self, path: str, name: str) -> Any:
        """A page that must answer 200."""
        return self._checked(self.client.get(path, name=name))

    def post(self, path: str, name: str, values: dict[str, str], expect: tuple[int, ...] = (200,)) -> Any:
        """A form sent; redirects are followed."""
        return self._checked(self.client.post(path, data=values, name=name), expect)

    def _checked(self, answer: Any, expect: tuple[int, ...] = (200,)) -> Any:
        if answer.status_code not in expect:
            raise WentWrong(f"HTTP {answer.status_code or '无应答'}")
        return answer


Operation = Callable[[Visit], None]


def catalogue(visit: Visit) -> None:
    """The public list of services, then one service."""
    page = visit.get(f"/c/{visit.tenant}/items", "公共目录")
    codes = _links(page.text, f"/c/{visit.tenant}/items/")
    if not codes:
        raise WentWrong("目录为空")
    visit.get(visit.draw.choice(codes), "公共事项")


def phone_home(visit: Visit) -> None:
    """The phone pages' home and one service."""
    page = visit.get(f"/m/{visit.tenant}/", "手机首页")
    codes = _links(page.text, f"/m/{visit.tenant}/items/")
    visit.get(visit.draw.choice(codes) if codes else f"/m/{visit.tenant}/items", "手机事项")


def staff_sign_in(visit: Visit) -> None:
    """A person of the centre logs in: console, issuer, password, back to the console."""
    people = [each for each in visit.target.accounts if each.tenant == visit.tenant]
    person = visit.draw.choice(people)
    page = visit.get("/sign-in?next=/profile", "登录页")
    action, fields = form_of(page.text, "password")
    address = action or str(page.url)
    done = visit.post(
        address, "提交登录", {**fields, "username": person.username, "password": person.password}
    )
    if "/profile" not in str(done.url):
        raise WentWrong("没有登录成功")


OPERATIONS: dict[str, Operation] = {
    "catalogue": catalogue,
    "phone_home": phone_home,
    "staff_sign_in": staff_sign_in,
}


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        got = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((got.get("action", ""), {}))
        elif tag == "input" and got.get("name") and self.forms and got.get("type") not in ("submit", "file"):
            if got.get("type") not in ("checkbox", "radio") or "checked" in got:
                self.forms[-1][1][got["name"]] = got.get("value", "")
        elif tag == "a" and got.get("href"):
            self.links.append(got["href"])


def form_of(html: str, field: str) -> tuple[str, dict[str, str]]:
    """Address and fields of the first form that has this field. Raises WentWrong when there is none."""
    reader = _Forms()
    reader.feed(html)
    for action, fields in reader.forms:
        if field in fields:
            return action, fields
    raise WentWrong("页面上没有表单")


def _links(html: str, prefix: str) -> list[str]:
    reader = _Forms()
    reader.feed(html)
    return sorted({link for link in reader.links if link.startswith(prefix) and len(link) > len(prefix)})
