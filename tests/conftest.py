"""Fixtures for everyone: a real PostgreSQL for the run, a template database, one clone for each worker."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.database import TestDatabase, cluster, worker_database


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[TestDatabase]:
    """This worker's own database, at the newest schema, with a province and no centre."""
    with cluster(tmp_path_factory) as server:
        mine = worker_database(server, worker_id)
        yield mine
        mine.close()
