"""Signatures change by two people; extensions stand in the province's registry, each for one body, for ever."""

from __future__ import annotations

import pytest

from kernel import vault
from kernel.crypto.secret import RevealPurpose, reveal
from kernel.db import TenantSession
from kernel.errors import Forbidden, Invalid
from shared_channels.sms.messages import queries as looking_up
from shared_channels.sms.messages import service as messages
from shared_channels.sms.signatures import errors, queries, service
from tests.database import TestDatabase
from tests.shared_channels.sms.message_templates.site import Site, open_site
from tests.shared_channels.sms.message_templates.test_pages import approve, change_of
from tests.shared_channels.sms.messages.site import a_phone, rows
from tests.web_client import client_for, post

BASE = "/console/sms/signature"
_digits = iter(range(3000, 9000))


@pytest.fixture
def site(database: TestDatabase) -> Site:
    return open_site(database, "C95401")


def sent_text(session: TenantSession, key: str) -> str:
    accepted = messages.accept(
        session, template="code.login", phone=a_phone(), values={"code": "123456"}, key=key
    )
    session.audit("test.sms_accepted", "sms_message", accepted.message_id, "测试受理短信")
    row = looking_up.message(session, accepted.message_id)
    assert row.text is not None
    return reveal(
        vault.of(session).open("sms_message", "text", row.id, row.text), RevealPurpose.AUTHORISED_VIEW
    )


def test_an_own_signature_counts_after_a_second_person_agreed(database: TestDatabase, site: Site) -> None:
    editor, approver = client_for(database, site.editor), client_for(database, site.approver)
    assert "【住房公积金】……&lt;示例市&gt;" in editor.get(BASE).get_data(as_text=True)
    wanted = {"style": "PER_TENANT", "text_zh": "示例公积金", "suffix_zh": ""}
    page = post(editor, f"{BASE}/preview", wanted)
    assert "【示例公积金】" in page.get_data(as_text=True)
    assert post(editor, f"{BASE}/propose", {**wanted, "reason": ""}).status_code == 422
    assert post(editor, f"{BASE}/propose", {**wanted, "reason": "更名"}).status_code == 302
    assert rows(database, "sms_signature", site.centre) == []
    assert approve(approver, change_of(database, site.centre)) == 302
    [row] = rows(database, "sms_signature", site.centre)
    assert (row["style"], row["text_zh"], row["origin"]) == ("PER_TENANT", "示例公积金", "change")
    with database.door().tenant_tx(database.scope(site.centre)) as session:
        assert sent_text(session, "sig-1").startswith("【示例公积金】登录验证码123456")
        assert queries.standing(session).signature.suffix_zh == ""


@pytest.mark.parametrize(
    ("style", "text", "suffix"),
    [
        ("PER_TENANT", "", ""),
        ("PER_TENANT", "【示例】", ""),
        ("PROVINCIAL_WITH_SUFFIX", "", ""),
        ("OTHER", "示例公积金", ""),
    ],
)
def test_a_signature_that_does_not_fit_is_refused(
    database: TestDatabase, site: Site, style: str, text: str, suffix: str
) -> None:
    wanted = {"style": style, "text_zh": text, "suffix_zh": suffix}
    assert post(client_for(database, site.editor), f"{BASE}/preview", wanted).status_code == 422


def test_an_extension_goes_to_one_body_and_stands_in_its_messages(database: TestDatabase, site: Site) -> None:
    digits, other = str(next(_digits)), open_site(database, "C95402")
    with database.door().tenant_tx(database.scope()) as session:
        given = service.give_extension(session, site.operator, site.centre, digits)
        kept = given.id
    for holder, wanted, refusal in (
        (other.centre, digits, errors.ExtensionTaken),
        (site.centre, str(next(_digits)), errors.HolderHasOne),
        (other.centre, "12a", Invalid),
        (other.centre, "123456789", Invalid),
    ):
        with pytest.raises(refusal), database.door().tenant_tx(database.scope()) as session:
            service.give_extension(session, site.operator, holder, wanted)
    with database.door().tenant_tx(database.scope(site.centre)) as session:
        assert queries.own_extension(session) == f"12329{digits}"
        sent_text(session, "ext-1")
    assert rows(database, "sms_message", site.centre)[-1]["sender_code"] == digits
    with database.door().tenant_tx(database.scope()) as session:
        service.end_extension(session, site.operator, kept)
    with pytest.raises(errors.ExtensionTaken), database.door().tenant_tx(database.scope()) as session:
        service.give_extension(session, site.operator, other.centre, digits)
    with database.door().tenant_tx(database.scope(site.centre)) as session:
        assert queries.own_extension(session) == ""


def test_a_centre_neither_sees_nor_gives_extensions(database: TestDatabase, site: Site) -> None:
    client = client_for(database, site.editor)
    assert client.get(f"{BASE}/extensions").status_code == 403
    with pytest.raises(Forbidden), database.door().tenant_tx(database.scope(site.centre)) as session:
        service.give_extension(session, site.editor, site.centre, "77")
    with pytest.raises(Invalid), database.door().tenant_tx(database.scope(site.centre)) as session:
        service.give_extension(session, site.operator, site.centre, "77")


def test_the_page_of_the_registry_gives_and_ends(database: TestDatabase, site: Site) -> None:
    operator, digits = client_for(database, site.operator), str(next(_digits))
    given = {"holder": str(site.centre), "extension": digits}
    assert post(operator, f"{BASE}/extensions", given).status_code == 302
    assert f"12329{digits}" in operator.get(f"{BASE}/extensions").get_data(as_text=True)
    again = post(operator, f"{BASE}/extensions", given)
    assert again.status_code == 422
    assert "已经登记过" in again.get_data(as_text=True)
    [row] = [r for r in rows(database, "sms_extension") if r["extension"] == digits]
    assert post(operator, f"{BASE}/extensions/{row['id']}/end").status_code == 302
    assert post(operator, f"{BASE}/extensions/{row['id']}/end").status_code == 404
