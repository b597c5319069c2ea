"""The code goes to the message service in the account's own transaction: both or neither, and the centre of the page pays."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kernel.crypto.secret import Secret
from kernel.errors import DomainError
from shared_channels.accounts.policy import Purpose
from shared_channels.accounts.service import challenging
from tests.database import TestDatabase
from tests.shared_channels.accounts.conftest import Centre
from tests.shared_channels.accounts.world import new_phone, province
from tests.shared_channels.sms.messages.site import rows, set_up
from tests.web_client import app_for


@pytest.fixture(scope="module", autouse=True)
def ready(database: TestDatabase) -> None:
    app_for(database)
    set_up(database)


@pytest.mark.parametrize("purpose", Purpose)
def test_each_purpose_has_a_template_that_takes_the_code(
    database: TestDatabase, city: Centre, purpose: Purpose
) -> None:
    before = rows(database, "sms_message", city.id)
    with province(database) as session:
        challenging.ask(session, purpose, new_phone(), payer=city.id)
    after = rows(database, "sms_message", city.id)
    assert len(after) == len(before) + 1
    message, challenge = after[-1], rows(database, "account_challenge")[-1]
    assert message["template_code"] == f"code.{purpose}"
    assert message["category"] == "OTP"
    assert message["origin_id"] == str(challenge["id"])
    assert abs(message["expires_at"] - challenge["expires_at"]) < timedelta(seconds=30)


def test_a_message_that_is_refused_leaves_no_code(database: TestDatabase, city: Centre) -> None:
    before = len(rows(database, "account_challenge"))
    with pytest.raises(DomainError), province(database) as session:
        challenging.ask(session, Purpose.LOGIN, Secret("12"), payer=city.id)
    assert len(rows(database, "account_challenge")) == before


def test_without_a_centre_the_province_pays(database: TestDatabase) -> None:
    before = len(rows(database, "sms_message", database.province_id))
    with province(database) as session:
        challenging.ask(session, Purpose.LOGIN, new_phone())
    assert len(rows(database, "sms_message", database.province_id)) == before + 1
