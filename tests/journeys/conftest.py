"""One house for all journeys of a worker."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from tests.browser import browser as browser
from tests.database import TestDatabase
from tests.journeys.house import House, running_house


@pytest.fixture(scope="session")
def house(database: TestDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A running web face with the embedded issuer; the demo's city has joined."""
    with running_house(database, tmp_path_factory.mktemp("house")) as found:
        yield found
    with psycopg.connect(database.superuser_dsn, autocommit=True) as connection:
        connection.execute("truncate issuer_attempt, issuer_key")  # sealed under this house's keys
