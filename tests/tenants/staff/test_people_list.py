"""The list of people goes on behind its first page."""

from __future__ import annotations

import re

from tests.database import TestDatabase
from tests.people import person
from tests.web_client import client_for


def test_a_body_with_more_people_than_a_page_holds_shows_them_all(database: TestDatabase) -> None:
    tenant = database.open_centre("C97110")
    admin = person(database, tenant, "赵管理", "centre_admin")
    names = {f"职员{n:02d}" for n in range(24)}
    for name in names:
        person(database, tenant, name, "clerk")
    browser, seen, address = client_for(database, admin), set(), "/console/staff/?size=20"
    for expected in (20, 5):
        answer = browser.get(address)
        assert answer.status_code == 200
        html = answer.get_data(as_text=True)
        found = set(re.findall(r">(职员\d\d|赵管理)</a>", html))
        assert len(found) == expected
        seen |= found
        onward = re.search(r'href="([^"]*cursor=[^"]+)"', html)
        address = onward.group(1).replace("&amp;", "&") if onward else ""

    assert seen == names | {"赵管理"}
