"""The helper that other tests stand on: it signs a person in, and a form without its token is refused."""

from __future__ import annotations

from tests.database import TestDatabase
from tests.people import person
from tests.web_client import client_for, post, visitor


def test_a_person_is_signed_in_and_a_visitor_is_not(database: TestDatabase) -> None:
    client = client_for(database, person(database, database.province_id, "赵省", "province_officer"))

    assert client.get("/console/changes").status_code == 200
    assert visitor(database).get("/console/changes").status_code == 303


def test_a_form_needs_the_token_that_the_helper_adds(database: TestDatabase) -> None:
    client = client_for(database, person(database, database.province_id, "钱省", "province_officer"))

    assert client.post("/keep-alive").status_code == 403
    assert post(client, "/keep-alive").status_code == 204
