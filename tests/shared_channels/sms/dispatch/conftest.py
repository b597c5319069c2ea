"""A world without messages, and a tenant that pays."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest

from tests.database import TestDatabase
from tests.shared_channels.sms.dispatch.world import World


@pytest.fixture
def world(database: TestDatabase) -> Iterator[World]:
    """No message of an earlier test is left in it."""
    world = World(database)
    world.empty()
    yield world
    world.close()


@pytest.fixture(scope="module")
def tenant(database: TestDatabase) -> UUID:
    """A centre that pays for its messages."""
    return database.open_centre("C99071")
