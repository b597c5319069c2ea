"""Rules that code could forget, held by reading the code: who may send SQL, enter a tenant, make an execution, commit."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = (
    "platform/kernel",
    "platform/app",
    "tenants",
    "billing_budget",
    "shared_channels",
    "onboarding",
    "acceptance",
)

# Modules that may do what nobody else may. Each line is a decision; adding one needs a reason in review.
MAY_SEND_SQL = (
    "platform/kernel/db/",
    "platform/kernel/directory/lookup.py",
    "platform/kernel/tenancy/tenants.py",
    "platform/kernel/jobs/relay.py",
    "platform/kernel/audit/",
    "platform/kernel/vault/",
    "platform/app/installation/",
    "platform/app/embedded/",
)
MAY_ENTER = (
    "platform/kernel/tenancy/scope.py",
    "platform/kernel/identity/",  # HTTP
    "shared_channels/accounts/entering/",  # HTTP: depositors and employers' clerks
    "platform/kernel/jobs/runner.py",  # job
    "platform/kernel/audit/",  # the sealer
    "platform/app/",  # command, composition
    "onboarding/",  # provisioning works in the tenant that it opens
)
MAY_EXECUTE = ("platform/kernel/approvals/",)


def _files() -> Iterator[tuple[str, ast.Module]]:
    for source in SOURCES:
        for path in sorted((ROOT / source).rglob("*.py")):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))


def _imports(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.module, alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)


def _offenders(allowed: tuple[str, ...], wrong: list[tuple[str, str]]) -> list[str]:
    return [
        f"{name}: from {module} import {symbol}"
        for name, tree in _files()
        if not name.startswith(allowed)
        for module, symbol in _imports(tree)
        if any(module == m or module.startswith(f"{m}.") for m, s in wrong if s in ("", symbol))
    ]


def test_only_the_door_sends_sql() -> None:
    wrong = [
        ("psycopg", ""),
        ("sqlalchemy", "text"),
        ("sqlalchemy", "create_engine"),
        ("sqlalchemy", "Engine"),
    ]
    wrong += [("sqlalchemy.sql", "text"), ("sqlalchemy.orm", "Session"), ("sqlalchemy.orm", "sessionmaker")]
    found = [o for o in _offenders(MAY_SEND_SQL, wrong) if "models.py" not in o.partition(":")[0]]
    assert found == []


def test_only_the_edges_enter_a_tenant() -> None:
    assert _offenders(MAY_ENTER, [("kernel.tenancy.scope", "enter")]) == []


def test_only_an_approval_makes_an_execution() -> None:
    assert _offenders(MAY_EXECUTE, [("kernel.approvals.kinds", "execution")]) == []


def test_nobody_commits_but_the_door() -> None:
    found = [
        f"{name}:{node.lineno}"
        for name, tree in _files()
        if not name.startswith(("platform/kernel/db/", "platform/app/"))
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    ]
    assert found == []


def test_models_use_text_for_conditions_only() -> None:
    """`text` in models.py is for index and constraint conditions; never a statement."""
    found = [
        f"{name}:{node.lineno}"
        for name, tree in _files()
        if name.endswith("models.py")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "text"
        and isinstance(node.args[0], ast.Constant)
        and str(node.args[0].value)
        .lower()
        .lstrip()
        .startswith(("select", "insert", "update", "delete", "with", "set"))
    ]
    assert found == []


@pytest.mark.parametrize("room", SOURCES)
def test_sources_are_read(room: str) -> None:
    assert any(name.startswith(room) for name, _ in _files())
