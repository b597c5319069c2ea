"""One hostile world for all tests over HTTP of a worker."""

from __future__ import annotations

import pytest

from tests.database import TestDatabase
from tests.isolation.http_world import HttpWorld, make_world


@pytest.fixture(scope="session")
def http_world(database: TestDatabase) -> HttpWorld:
    """Two cities at enmity, a third body with a row in every table, the application, a browser for everybody."""
    return make_world(database)
