"""Databases of their own for tests that seal, forge and tamper; a small site for the pages."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from uuid import UUID

import psycopg
import pytest

from kernel.crypto.signing import SigningKey
from tests.audit.live_log import write
from tests.database import TestDatabase, worker_database

_NUMBERS = itertools.count(1)


def cloned(database: TestDatabase) -> TestDatabase:
    """A fresh copy of the template beside the worker's own database."""
    return worker_database(database.server, f"{database.name.removeprefix('gjj_')}_audit{next(_NUMBERS)}")


def dropped(clone: TestDatabase) -> None:
    """Close and remove a copy."""
    clone.close()
    with psycopg.connect(clone.server.superuser_dsn, autocommit=True) as connection:
        connection.execute(f'drop database "{clone.name}" with (force)')  # type: ignore[call-overload]


@pytest.fixture
def clone(database: TestDatabase) -> Iterator[TestDatabase]:
    """A database for one test."""
    mine = cloned(database)
    yield mine
    dropped(mine)


@pytest.fixture
def two(clone: TestDatabase) -> tuple[UUID, UUID]:
    """Two centres with three events each, nothing sealed yet."""
    made = (clone.open_centre("C96101"), clone.open_centre("C96102"))
    for tenant in made:
        write(clone, tenant, 3)
    return made


@pytest.fixture(scope="module")
def module_clone(database: TestDatabase) -> Iterator[TestDatabase]:
    """A database for one file."""
    mine = cloned(database)
    yield mine
    dropped(mine)


@pytest.fixture(scope="session")
def key() -> SigningKey:
    """Signs the checkpoints of these tests."""
    return SigningKey.generate()
