"""Every action in the code has a Chinese name, read from the code itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from kernel.audit import words

ROOT = Path(__file__).resolve().parents[2]
ROOMS = (
    "platform/kernel",
    "platform/app",
    "tenants",
    "billing_budget",
    "shared_channels",
    "onboarding",
    "acceptance",
)


def audit_calls(source: str) -> Iterator[ast.expr]:
    """The first argument of every call `….audit(action, kind, id, words, …)`."""
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "audit"
            and node.args
        ):
            yield node.args[0]


def unnamed(action: ast.expr) -> str:
    """What has no name; empty when all is well."""
    if isinstance(action, ast.IfExp):
        return unnamed(action.body) or unnamed(action.orelse)
    if isinstance(action, ast.Constant):
        return "" if action.value in words.ACTIONS else str(action.value)
    if isinstance(action, ast.JoinedStr) and isinstance(action.values[0], ast.Constant):
        start = str(action.values[0].value)
        return "" if any(start.startswith(known) for known in words.FAMILIES) else f"{start}…"
    return ast.unparse(action)


def test_every_action_in_the_code_has_a_name() -> None:
    found = {}
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            for action in audit_calls(path.read_text(encoding="utf-8")):
                if missing := unnamed(action):
                    found[missing] = str(path.relative_to(ROOT))
    assert found == {}


@pytest.mark.parametrize(
    ("source", "missing"),
    [
        ('s.audit("changes.proposed", 1, 2, 3)', ""),
        ('s.audit("unheard.of", 1, 2, 3)', "unheard.of"),
        ('s.audit(f"onboarding.{x}", 1, 2, 3)', ""),
        ('s.audit(f"unheard.{x}", 1, 2, 3)', "unheard.…"),
        ('s.audit("changes.proposed" if x else "unheard.of", 1)', "unheard.of"),
        ("s.audit(action, 1)", "action"),
    ],
)
def test_the_reading_finds_what_is_missing(source: str, missing: str) -> None:
    assert [unnamed(action) for action in audit_calls(source)] == [missing]


def test_every_action_belongs_to_a_group_of_the_search() -> None:
    starts = tuple(start for _, _, group in words.GROUPS for start in group)
    assert [code for code in (*words.ACTIONS, *words.FAMILIES) if not code.startswith(starts)] == []


def test_names() -> None:
    assert words.action_zh("changes.proposed") == "提交变更"
    assert words.action_zh("onboarding.step_seven") == "入驻办理步骤"
    assert words.action_zh("unheard.of") == "其他操作"
    assert words.prefixes_of("login") == ("identity.", "issuer.", "accounts.")
    assert words.prefixes_of("nothing") == ()
