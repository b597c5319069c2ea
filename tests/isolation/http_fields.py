"""Which texts a route reads: noted while its views run, and the fields of the forms that its pages show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from flask import Flask, Request, request
from werkzeug.datastructures import ImmutableMultiDict

_noted: dict[str, set[str]] = defaultdict(set)


class _Noting(ImmutableMultiDict[str, str]):
    """Fields of a query or a form that remember what they were asked for."""

    def get(self, key: str, *rest: Any, **options: Any) -> Any:  # type: ignore[override]
        _note(key)
        return super().get(key, *rest, **options)

    def getlist(self, key: str, *rest: Any) -> list[Any]:
        _note(key)
        return super().getlist(key, *rest)

    def __contains__(self, key: object) -> bool:
        _note(str(key))
        return super().__contains__(key)


def _note(key: str) -> None:
    if request:
        _noted[request.endpoint or ""].add(key)


class _NotingRequest(Request):
    parameter_storage_class = _Noting


def note_fields(app: Flask) -> dict[str, set[str]]:
    """From now on: names that each endpoint's views asked for."""
    app.request_class = _NotingRequest
    return _noted


@dataclass
class PageForm:
    """A form of a page: where it goes and what a browser would send."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)
    texts: set[str] = field(default_factory=set)
    """Fields that people type into."""


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[PageForm] = []
        self._select = self._area = ""
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(PageForm(given.get("action", ""), given.get("method", "get").upper()))
            self._open = True
        elif self._open:
            self._field(tag, given)

    def _field(self, tag: str, given: dict[str, str]) -> None:
        form, name = self.forms[-1], given.get("name", "")
        if tag == "option" and self._select and ("selected" in given or not form.values[self._select]):
            form.values[self._select] = given.get("value", "")
        if not name:
            return
        kind = given.get("type", "text")
        if tag == "input" and kind in ("radio", "checkbox"):
            if "checked" in given or name not in form.values:
                form.values[name] = given.get("value", "1")
        elif tag == "input" and kind != "file":
            form.values[name] = given.get("value", "")
            form.texts |= {name} if kind in ("text", "search", "hidden", "tel") else set()
        elif tag in ("select", "textarea"):
            form.values.setdefault(name, "")
            self._select, self._area = (name, "") if tag == "select" else ("", name)
            form.texts |= {name} if tag == "textarea" else set()

    def handle_endtag(self, tag: str) -> None:
        self._open = self._open and tag != "form"
        self._select = "" if tag == "select" else self._select
        self._area = "" if tag == "textarea" else self._area

    def handle_data(self, data: str) -> None:
        if self._area:
            self.forms[-1].values[self._area] += data


def forms_in(html: str) -> Iterator[PageForm]:
    """Every form of a page."""
    parser = _Forms()
    parser.feed(html)
    yield from parser.forms
