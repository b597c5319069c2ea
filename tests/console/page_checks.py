"""What every page must hold (console.md §7), for all journeys: `check_page(html)` or `check_page(page, watch)`.

With a Playwright page also: no sideways scroll, no error in the console, no request to another host, and a tab key that
reaches something. Faults are collected and raised together, so that one look mends a page.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page, Request

VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
ALLOWED_LATIN = frozenset(
    [
        "PDF",
        "KB",
        "MB",
        "GB",
        "CSV",
        "JSON",
        "Excel",
        "Word",
        "API",
        "IP",
        "SM",
        "AES",
        "SHA",
        "HTTP",
        "HTTPS",
        "CMPP",
        "SMPP",
        "SGIP",
        "SMGP",
        "URL",
        "OFD",
        "XML",
        "PNG",
        "JPG",
        "xlsx",
        "docx",
        "zip",
    ]
)
"""Latin words that Chinese pages may show: formats, protocols, units. Product names need an argument of the caller."""
_LATIN = re.compile(r"(?<![A-Za-z0-9_.@/-])[A-Za-z]{2,}(?![A-Za-z0-9_@/-])")
_LEFT_OVER = re.compile(r"\b(None|undefined|null|NaN|lorem|TODO|Traceback)\b|[!！]")
_SPOKEN = ("placeholder", "aria-label", "title", "alt")
_UNSEEN = frozenset(("script", "style", "code", "kbd", "template", "title", "head"))


@dataclass
class Node:
    """One element with its parts; `own` is its text in order of the page."""

    tag: str
    attrs: dict[str, str]
    parent: Node | None = None
    children: list[Node | str] = field(default_factory=list)

    def walk(self) -> Iterator[Node]:
        yield self
        for child in self.children:
            if isinstance(child, Node):
                yield from child.walk()

    def text(self) -> str:
        """All text in it, without what nobody sees."""
        parts = [
            child if isinstance(child, str) else child.text()
            for child in self.children
            if isinstance(child, str) or child.tag not in ("script", "style", "template")
        ]
        return re.sub(r"\s+", " ", "".join(parts)).strip()

    def above(self) -> Iterator[Node]:
        node = self.parent
        while node is not None:
            yield node
            node = node.parent


class _Tree(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self.here = Node("#root", {})
        self.doctype = ""

    def handle_decl(self, decl: str) -> None:
        self.doctype = decl

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {k: v or "" for k, v in attrs}, self.here)
        self.here.children.append(node)
        if tag not in VOID:
            self.here = node

    def handle_endtag(self, tag: str) -> None:
        node: Node | None = self.here
        while node is not None and node.tag != tag:
            node = node.parent
        if node is not None and node.parent is not None:
            self.here = node.parent

    def handle_data(self, data: str) -> None:
        self.here.children.append(data)


@dataclass
class Watch:
    """Listens to a page from before it loads: `watch = Watch.on(page)`, then go, then `check_page(page, watch)`."""

    errors: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    @classmethod
    def on(cls, page: Page) -> Watch:
        watch = cls()
        page.on("console", watch._console)
        page.on("pageerror", lambda error: watch.errors.append(str(error)))
        page.on("request", watch._request)
        return watch

    def _console(self, message: ConsoleMessage) -> None:
        # An error page itself is reported so by the browser; files that are missing have another address.
        own = message.location.get("url", "").split("?")[0].endswith((".js", ".css", ".svg", ".woff2"))
        if message.type == "error" and (own or "Failed to load resource" not in message.text):
            self.errors.append(message.text)

    def _request(self, request: Request) -> None:
        host = urlsplit(request.url).netloc
        if host:
            self.hosts.add(host)


def check_page(
    page: str | Page,
    watch: Watch | None = None,
    *,
    allow_words: Iterable[str] = (),
    fragment: bool = False,
) -> None:
    """Raise AssertionError naming every fault. `fragment` for what htmx fetches: no frame is asked for."""
    if isinstance(page, str):
        faults = html_faults(page, allow_words, fragment=fragment)
    else:
        own = urlsplit(page.url).netloc
        faults = html_faults(page.content(), allow_words, fragment=fragment, own_host=own)
        faults += _browser_faults(page, watch)
    assert not faults, "\n".join(dict.fromkeys(faults))


def html_faults(
    html: str, allow_words: Iterable[str] = (), *, fragment: bool = False, own_host: str = ""
) -> list[str]:
    """The faults that can be read from the text of the page."""
    tree = _Tree()
    tree.feed(html)
    nodes = list(tree.root.walk())
    faults = [*_ids(nodes), *_names(nodes), *_scripts(nodes, own_host), *_forms(nodes), *_tables(nodes)]
    if not fragment:
        faults += _frame(nodes, tree.doctype)
    return faults + _words(tree.root, nodes, ALLOWED_LATIN | set(allow_words))


def _tags(nodes: list[Node], *names: str) -> list[Node]:
    return [n for n in nodes if n.tag in names]


def _frame(nodes: list[Node], doctype: str) -> list[str]:
    faults = [] if doctype.lower() == "doctype html" else ["no doctype"]
    html = _tags(nodes, "html")
    if not html or html[0].attrs.get("lang") not in ("zh-CN", "en"):
        faults.append("html has no language")
    titles, heads = _tags(nodes, "title"), _tags(nodes, "h1")
    if len(heads) != 1:
        faults.append(f"{len(heads)} h1 instead of one")
    elif not titles or not heads[0].text() or titles[0].text().split(" · ")[0] != heads[0].text():
        faults.append(f"title differs from h1: {titles[0].text() if titles else ''!r} / {heads[0].text()!r}")
    for tag in ("main", "header", "footer"):
        outer = [
            n
            for n in _tags(nodes, tag)
            if not any(a.tag in ("main", "article", "section") for a in n.above())
        ]
        if len(outer) != 1:
            faults.append(f"{len(outer)} {tag} landmarks instead of one")
    navs = [n.attrs.get("aria-label", "") for n in _tags(nodes, "nav")]
    faults += [
        f"nav without a name, or twice the same: {name!r}"
        for name, n in Counter(navs).items()
        if n > 1 or not name
    ]
    level = 1
    for node in nodes:
        if re.fullmatch(r"h[1-6]", node.tag):
            now = int(node.tag[1])
            if now > level + 1:
                faults.append(f"heading jumps to h{now}: {node.text()!r}")
            level = now
    return faults


def _ids(nodes: list[Node]) -> list[str]:
    counted = Counter(n.attrs["id"] for n in nodes if "id" in n.attrs)
    faults = [f"id used {n} times: {name}" for name, n in counted.items() if n > 1]
    for node in nodes:
        for attr in ("for", "aria-labelledby", "aria-describedby", "aria-controls", "form"):
            for name in node.attrs.get(attr, "").split():
                if name not in counted:
                    faults.append(f"{node.tag} {attr} names nothing: {name}")
        target = node.attrs.get("href", "")
        if node.tag == "a" and target.startswith("#") and target[1:] not in counted:
            faults.append(f"link to nothing: {target}")
    return faults


def _names(nodes: list[Node]) -> list[str]:
    labelled = {n.attrs.get("for") for n in _tags(nodes, "label") if n.text()}
    faults = []
    for node in nodes:
        named = bool(node.attrs.get("aria-label", "").strip() or node.attrs.get("aria-labelledby"))
        if node.tag in ("input", "select", "textarea"):
            kind = node.attrs.get("type", "text")
            inside = any(a.tag == "label" for a in node.above())
            if kind not in ("hidden", "submit", "button") and not (
                named or inside or node.attrs.get("id") in labelled
            ):
                faults.append(f"field without label: {node.attrs.get('name') or node.attrs.get('id')}")
        elif node.tag in ("a", "button") and not (named or node.text() or _images(node)):
            faults.append(f"{node.tag} without a name: {node.attrs}")
        elif node.tag == "img" and "alt" not in node.attrs:
            faults.append(f"picture without alt: {node.attrs.get('src')}")
        elif "ti" in node.attrs.get("class", "").split() and not any(
            n.attrs.get("aria-hidden") == "true" for n in (node, *node.above())
        ):
            faults.append(f"icon is read aloud: {node.attrs['class']}")
    return faults


def _images(node: Node) -> bool:
    return any(n.tag == "img" and n.attrs.get("alt") for n in node.walk())


def _scripts(nodes: list[Node], own_host: str) -> list[str]:
    faults = []
    for node in nodes:
        if node.tag == "script" and "src" not in node.attrs and not node.attrs.get("nonce"):
            faults.append("inline script without nonce")
        if node.tag == "style":
            faults.append("style element: the policy refuses it")
        faults += [f"{node.tag} has {name}" for name in node.attrs if name.startswith(("on", "hx-on"))]
        for attr in ("src", "href", "action", "formaction", "hx-get", "hx-post"):
            address = urlsplit(node.attrs.get(attr, ""))
            if address.scheme == "javascript":
                faults.append(f"{node.tag} {attr} is a script")
            loads = node.tag != "a" and attr in ("src", "href", "action", "formaction", "hx-get", "hx-post")
            if loads and address.netloc not in ("", own_host):
                faults.append(f"{node.tag} {attr} asks another host: {address.netloc}")
    return faults


def _forms(nodes: list[Node]) -> list[str]:
    faults = []
    for form in _tags(nodes, "form"):
        posts = form.attrs.get("method", "get").lower() == "post"
        fields = {n.attrs.get("name") for n in form.walk() if n.tag == "input"}
        if posts and not fields & {
            "csrf_token",
            "flow",
        }:  # the issuer's forms carry the number of their log-in
            faults.append(f"form without CSRF token: {form.attrs.get('action')}")
        submits = any(n.attrs.get("formaction") for n in form.walk())
        if "action" not in form.attrs and not submits:
            faults.append("form without action")
    return faults


def _tables(nodes: list[Node]) -> list[str]:
    return [f"head cell without scope: {n.text()!r}" for n in _tags(nodes, "th") if "scope" not in n.attrs]


def _words(root: Node, nodes: list[Node], allowed: frozenset[str] | set[str]) -> list[str]:
    html = _tags(nodes, "html")
    if html and html[0].attrs.get("lang") == "en":
        return []
    faults = []
    for text in [*_texts(root), *(n.attrs.get(a, "") for n in nodes if _chinese(n) for a in _SPOKEN)]:
        faults += [
            f"Latin word {w!r} in {text.strip()[:60]!r}" for w in _LATIN.findall(text) if w not in allowed
        ]
        if found := _LEFT_OVER.search(text):
            faults.append(f"{found.group()!r} in {text.strip()[:60]!r}")
    return faults


def _chinese(node: Node) -> bool:
    return not any(n.attrs.get("lang") == "en" or n.tag in _UNSEEN for n in (node, *node.above()))


def _texts(node: Node) -> Iterator[str]:
    if node.tag in _UNSEEN or node.attrs.get("lang") == "en":
        return
    for child in node.children:
        if isinstance(child, Node):
            yield from _texts(child)
        elif child.strip():
            yield child


def _browser_faults(page: Page, watch: Watch | None) -> list[str]:
    faults = []
    width, seen = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    if width > seen:
        faults.append(f"scrolls sideways: {width} px in a window of {seen} px")
    page.keyboard.press("Tab")
    if page.evaluate("document.activeElement === document.body"):
        faults.append("the tab key reaches nothing")
    if watch is not None:
        faults += [f"console: {text}" for text in watch.errors]
        foreign = watch.hosts - {urlsplit(page.url).netloc}
        faults += [f"request to another host: {host}" for host in sorted(foreign)]
    return faults
