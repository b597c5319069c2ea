"""A centre of its own for each module."""

from __future__ import annotations

import pytest

from tests.database import TestDatabase
from tests.tenants.work_orders.world import World, open_world


@pytest.fixture(scope="module")
def world(database: TestDatabase) -> World:
    return open_world(database, "C99170")
