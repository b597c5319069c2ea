"""新老划断: an application from before the revised regulation keeps the limit of its time; the same item today has the new one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from sqlalchemy import select

from app.story.entering import browser_of, tenant_of
from app.story.stage import Stage
from app.story.step import Step, prove
from app.story.steps_equipping import inside
from kernel.calendar import clock
from kernel.crypto.masks import MaskKind
from kernel.crypto.secret import Secret
from kernel.db.roles import DbRole, Login
from kernel.storage import service as storage
from kernel.storage.purposes import CASE_MATERIAL
from kernel.tenancy.scope import enter
from tenants.cases import queries as cases
from tenants.cases import service
from tenants.cases.models import ServiceCase
from tenants.cases.ports import Party
from tenants.catalogue import queries as catalogue
from tenants.catalogue.policy.forms import items_of
from tenants.core_system.adapters.demo_people import DEMO_PEOPLE

CENTRE, ITEM, CLERK = "C99010", "L01", "shili.clerk"
PAPER = b"%PDF-1.4\n1 0 obj <</Type /Catalog>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n"
OLD_DAY = datetime(2026, 9, 16, 2, 0, tzinfo=UTC)
PERSON = next(person for person in DEMO_PEOPLE if person.centre_code == CENTRE)


def older(stage: Stage) -> str:
    """Handed in at the counter before 20 September 2026; the clock of the demo stands there for that moment only."""
    tenant = tenant_of(stage, CENTRE).id
    if not played(stage):
        _hand_in(stage)
    with inside(stage, tenant, read_only=True) as session:
        case = session.scalars(
            select(ServiceCase).where(ServiceCase.item_code == ITEM, ServiceCase.submitted_at.is_not(None))
        ).one()
        kept = (case.limit_value, case.limit_unit)
        now = catalogue.public_item(session, ITEM).item.limit_on("committed", clock.today())
        number, case_id = case.number, case.id
    prove(kept == (15, "calendar_day"), f"老办件的时限是 {kept}")
    prove(now is not None and now.value == 10, "现行时限不是 10 日")
    page = browser_of(stage, CLERK).get(f"/console/cases/{case_id}")
    prove(page.status_code == 200 and "15 日" in page.text, "审核页面没有按老时限显示")
    return f"{number} 于 2026-09-16 提交，仍按 15 日办理；现在申请的按 10 日"


def _hand_in(stage: Stage) -> None:
    name, phone = Secret(PERSON.name, MaskKind.NAME), Secret(PERSON.phone, MaskKind.PHONE)
    party = Party(uuid5(NAMESPACE_OID, PERSON.ref), PERSON.ref, "counter", 3, name, phone)
    scope = enter(tenant_of(stage, CENTRE).id, DbRole.CITIZEN, str(party.account_id))
    door = stage.installation.database(Login.WEB)
    offset = OLD_DAY - datetime.now(UTC)
    clock.set_source(lambda: offset)
    try:
        with door.tenant_tx(scope, read_only=True) as session:
            known = cases.own_cases(session, party.account_id).rows
            draft = (known[0].id, known[0].version) if known else None
            item = catalogue.public_item(session, ITEM).item
            form = item.form
            papers = [one.name_zh for one in item.materials if one.source == "upload" and one.required == "y"]
        if draft is None:
            with door.tenant_tx(scope) as session:
                draft = (service.start(session, party, ITEM).id, 0)
        case_id, version = draft
        with door.tenant_tx(scope) as session:
            service.save(session, party, case_id, _filled(form), version)
        for material in papers:
            with door.tenant_tx(scope) as session:
                kept = storage.keep(
                    session,
                    name="材料.pdf",
                    media_type="application/pdf",
                    data=PAPER,
                    purpose=CASE_MATERIAL.code,
                )
                service.attach(session, party, case_id, kept.id, material)
        with door.tenant_tx(scope) as session:
            service.submit(session, party, case_id)
    finally:
        clock.set_source(timedelta)


def _filled(form: Mapping[str, Any]) -> dict[str, Any]:
    """Something sensible for each required data item."""
    plain = {"money": 60_000_000, "whole": 240, "date": "2026-09-01", "yes_no": True}
    return {
        item.key: item.choices[0] if item.choices else plain.get(item.type, "示例街道一号")
        for item in items_of(form)
        if item.required
    }


def played(stage: Stage) -> bool:
    """Whether that application is there."""
    with inside(stage, tenant_of(stage, CENTRE).id, read_only=True) as session:
        wanted = select(ServiceCase.id).where(
            ServiceCase.item_code == ITEM, ServiceCase.submitted_at.is_not(None)
        )
        return session.scalar(wanted.limit(1)) is not None


STEPS = (Step("case.older", "老办件仍按老时限办理（新老划断）", older, played),)
