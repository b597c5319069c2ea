"""One house for all journeys of a worker."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser import browser as browser
from tests.database import TestDatabase
from tests.journeys.house import House, running_house


@pytest.fixture(scope="session")
def house(database: TestDatabase) -> Iterator[House]:
    """A running web face with the embedded issuer; the demo's city has joined."""
    with running_house(database) as found:
        yield found
