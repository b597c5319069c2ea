"""Codes are caught instead of sent; a minute need not be waited for; two centres, one of them with a core system."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import pytest

from kernel.tenancy import tenants
from shared_channels.accounts.entering import codes as asking
from shared_channels.accounts.service import challenging
from tenants.core_system import service as core_system
from tests.database import TestDatabase
from tests.shared_channels.accounts.world import Codes


@pytest.fixture
def codes(monkeypatch: pytest.MonkeyPatch) -> Codes:
    caught = Codes()
    monkeypatch.setattr(challenging, "send_code", caught.catch)
    return caught


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The minute between two codes is always over."""
    over = replace(asking.CODES_A_MINUTE, window=timedelta(0))
    monkeypatch.setattr(asking, "CODES_A_MINUTE", over)


@dataclass(frozen=True)
class Centre:
    """A centre by its id and the code in its addresses."""

    id: UUID
    code: str


def open_centre(database: TestDatabase, code: str, name: str, *, core: bool) -> Centre:
    new = database.open_centre(code, name)
    if core:
        with database.door().tenant_tx(database.scope(new)) as session:
            core_system.connect_demo(session)
            session.audit("test.core_connected", "tenant", new, "测试连接核心系统")
    found = tenants.by_id(database.door(), new)
    assert found is not None
    return Centre(new, found.code)


@pytest.fixture(scope="module")
def city(database: TestDatabase) -> Centre:
    """With the demo core system."""
    return open_centre(database, "C95010", "示例市住房公积金管理中心", core=True)


@pytest.fixture(scope="module")
def town(database: TestDatabase) -> Centre:
    """Another one with the demo core system."""
    return open_centre(database, "C95020", "样板市住房公积金管理中心", core=True)


@pytest.fixture(scope="module")
def island(database: TestDatabase) -> Centre:
    """Without a core system."""
    return open_centre(database, "C95030", "新建市住房公积金管理中心", core=False)
