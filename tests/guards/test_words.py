"""Words that people read, wherever they stand in the code: address, punctuation, no system words (console.md, section on words)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import jinja2
import pytest

ROOT = Path(__file__).parents[2]
ROOMS = (
    "platform/kernel",
    "platform/app",
    "tenants",
    "billing_budget",
    "shared_channels",
    "onboarding",
    "acceptance",
)
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_HAN = r"[\u4e00-\u9fff“”（）《》]"

WRONG: dict[str, re.Pattern[str]] = {
    "exclamation mark": re.compile(rf"！|{_HAN}!"),
    "address 您": re.compile(r"(?<!迷)你"),
    "half-width punctuation after Chinese": re.compile(rf"^(?![A-Z][a-z]+ ).*{_HAN}[,;?](?!\w*[}}%])"),
    "half-width full stop at the end": re.compile(rf"{_HAN}\.$"),
    "system word": re.compile(
        r"租户|令牌|会话ID|异常码|错误码|空指针|堆栈|数据库错误|服务器错误|系统错误|后端|前端|非法|报错|死锁"
    ),
    "dots for an ellipsis": re.compile(rf"{_HAN}\.\.\."),
    "two spaces": re.compile(rf"{_HAN}  {_HAN}"),
}
OPERATORS = (
    "platform/app/", "platform/kernel/config/", "platform/kernel/db/", "platform/kernel/audit/verifier/", "platform/kernel/crypto/",
    "shared_channels/sms/carriers/codes/",
)  # fmt: skip
"""Commands and messages for whoever runs the machines: system words are their words."""


def _texts() -> Iterator[tuple[str, str]]:
    """Chinese string constants of Python files without docstrings, and the texts of templates: place, text."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            name = str(path.relative_to(ROOT))
            yield from ((f"{name}:{line}", text) for line, text in _constants(path))
        for path in sorted((ROOT / room).rglob("templates/**/*.html")):
            name = str(path.relative_to(ROOT))
            yield from ((f"{name}:{line}", text) for line, text in _pieces(path.read_text(encoding="utf-8")))


def _constants(path: Path) -> Iterator[tuple[int, str]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docstrings = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        value = node.value if isinstance(node, ast.Constant) and id(node) not in docstrings else None
        if isinstance(value, str) and _CHINESE.search(value):
            yield getattr(node, "lineno", 0), value


def _pieces(source: str) -> Iterator[tuple[int, str]]:
    """What a template says: plain text and the strings inside its expressions."""
    for line, kind, value in jinja2.Environment(extensions=["jinja2.ext.i18n"]).lex(source):
        if kind in ("data", "string") and _CHINESE.search(value):
            for piece in re.split(r"<[^<>]*>|\n", value):
                if _CHINESE.search(piece):
                    yield line, piece.strip(" \"'")


@pytest.mark.parametrize("rule", WRONG)
def test_words_follow_the_rule(rule: str) -> None:
    found = [
        f"{place}: {text[:80]!r}"
        for place, text in _texts()
        if WRONG[rule].search(text) and not (rule == "system word" and place.startswith(OPERATORS))
    ]
    assert not found, "\n".join(found)


def test_the_texts_are_read() -> None:
    texts = list(_texts())
    assert sum(place.partition(":")[0].endswith(".html") for place, _ in texts) > 300
    assert sum(place.partition(":")[0].endswith(".py") for place, _ in texts) > 1000


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("exclamation mark", "提交成功！"),
        ("address 您", "你没有权限"),
        ("half-width punctuation after Chinese", "请稍候,再试"),
        ("half-width full stop at the end", "已提交."),
        ("system word", "租户不存在"),
        ("dots for an ellipsis", "加载中..."),
        ("two spaces", "提交  审批"),
    ],
)
def test_each_rule_sees_its_fault(rule: str, text: str) -> None:
    assert WRONG[rule].search(text)
