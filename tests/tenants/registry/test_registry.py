"""The registry's verbs: written once, changed only where something differs, told as it is stored."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from kernel.db.door import UnauditedChange
from tenants.registry import service as registry
from tests.database import TestDatabase

PROFILE = registry.Profile(
    "C81001",
    "试验市住房公积金管理中心",
    "试验市",
    "试验市住房公积金管理中心",
    "self_built",
    True,
    True,
    None,
    "",
    (),
)
FIGURE = registry.Figure(
    "depositors", "缴存职工", Decimal("12.34"), "万人", "2025", "试验来源，不是真实数据", date(2026, 3, 31)
)


@pytest.fixture(scope="module")
def centre(database: TestDatabase) -> UUID:
    return database.open_centre("C81001")


def test_a_profile_is_written_once_and_changed_when_it_differs(database: TestDatabase, centre: UUID) -> None:
    with database.door().tenant_tx(database.scope(centre)) as session:
        assert registry.put_profile(session, PROFILE)
        assert not registry.put_profile(session, PROFILE)
        assert registry.put_profile(session, replace(PROFILE, build_mode="provincial_shared"))
        assert registry.profile_of(session) == replace(PROFILE, build_mode="provincial_shared")
        session.audit("test.profile", "tenant", centre, "试验")


def test_figures_follow_what_is_wanted(database: TestDatabase, centre: UUID) -> None:
    later = replace(FIGURE, value=Decimal("13"))
    with database.door().tenant_tx(database.scope(centre)) as session:
        assert registry.put_figures(session, [FIGURE]) == 1
        assert registry.put_figures(session, [FIGURE]) == 0
        assert registry.put_figures(session, [later]) == 1
        assert registry.figures_of(session) == (later,)
        assert registry.put_figures(session, []) == 1
        assert registry.figures_of(session) == ()
        session.audit("test.figures", "tenant", centre, "试验")


def test_a_figure_is_told_with_its_source() -> None:
    assert FIGURE.words == "缴存职工 12.34 万人（2025，试验来源，不是真实数据）"


def test_a_change_without_an_audit_event_is_not_committed(database: TestDatabase, centre: UUID) -> None:
    with pytest.raises(UnauditedChange), database.door().tenant_tx(database.scope(centre)) as session:
        registry.put_profile(session, replace(PROFILE, contact_zh="试验路 9 号"))
