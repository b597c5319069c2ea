"""Forms of a page as a browser would send them: what stands in the fields, with what the person changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx

from app.story.step import NotProved


@dataclass
class PageForm:
    """One form: where it goes, its fields in order (a name may come several times)."""

    action: str
    method: str = "get"
    fields: list[tuple[str, str]] = field(default_factory=list)

    def change(self, **values: str) -> PageForm:
        """The same with these fields replaced or added."""
        kept = [(name, value) for name, value in self.fields if name not in values]
        return PageForm(self.action, self.method, kept + list(values.items()))

    def value(self, name: str) -> str:
        """What stands in a field; empty when there is none."""
        return next((value for known, value in self.fields if known == name), "")

    def send(self, browser: httpx.Client, page: httpx.Response) -> httpx.Response:
        """Press the button."""
        data: dict[str, list[str]] = {}
        for name, value in self.fields:
            data.setdefault(name, []).append(value)
        return browser.post(urljoin(str(page.url), self.action), data=data)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self._open: PageForm | None = None
        self._area = ""
        self._select: tuple[str, list[tuple[str, bool]]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        got = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = PageForm(got.get("action", ""), got.get("method", "get").lower())
            self.forms.append(self._open)
        if self._open is None or "disabled" in got:
            return
        name = got.get("name", "")
        if tag == "option" and self._select is not None:
            self._select[1].append((got.get("value", ""), "selected" in got))
        elif tag == "select":
            self._select = (name, [])
        elif tag == "textarea":
            self._area = name
            self._open.fields.append((name, ""))
        elif tag == "input" and name:
            kind = got.get("type", "text")
            if kind in ("checkbox", "radio") and "checked" not in got or kind in ("submit", "button", "file"):
                return
            self._open.fields.append((name, got.get("value", "on" if kind == "checkbox" else "")))

    def handle_data(self, data: str) -> None:
        if self._area and self._open is not None:
            name, before = self._open.fields[-1]
            self._open.fields[-1] = (name, before + data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "textarea":
            self._area = ""
        elif tag == "select" and self._select is not None and self._open is not None:
            name, options = self._select
            chosen = [value for value, selected in options if selected] or [value for value, _ in options[:1]]
            self._open.fields += [(name, value) for value in chosen]
            self._select = None


def form_to(page: httpx.Response, ending: str) -> PageForm:
    """The form of a page whose address ends so. Raises NotProved when the page has none."""
    reader = _Reader()
    reader.feed(page.text)
    for form in reader.forms:
        target = form.action or page.url.path
        if form.method == "post" and target.partition("?")[0].endswith(ending):
            return form
    raise NotProved(f"页面 {page.url.path}（{page.status_code}）上没有所需的表单")


def form_with(page: httpx.Response, field_name: str) -> PageForm:
    """The first form that has such a field. Raises NotProved when the page has none."""
    reader = _Reader()
    reader.feed(page.text)
    for form in reader.forms:
        if any(name == field_name for name, _value in form.fields):
            return form
    raise NotProved(f"页面 {page.url.path}（{page.status_code}）上没有所需的表单")
