"""Codes are caught instead of sent."""

from __future__ import annotations

import pytest

from shared_channels.accounts.service import challenging
from tests.shared_channels.accounts.world import Codes


@pytest.fixture
def codes(monkeypatch: pytest.MonkeyPatch) -> Codes:
    caught = Codes()
    monkeypatch.setattr(challenging, "send_code", caught.catch)
    return caught
