"""A centre of its own for each module; people for each test."""

from __future__ import annotations

import pytest

from tests.database import TestDatabase
from tests.tenants.cases.world import World, open_world


@pytest.fixture(scope="module")
def world(database: TestDatabase) -> World:
    return open_world(database)
