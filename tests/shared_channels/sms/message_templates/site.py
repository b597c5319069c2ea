"""Editors and approvers of a centre and of the province."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kernel.identity.actor import Actor
from tests.database import TestDatabase
from tests.people import person
from tests.shared_channels.sms.messages.site import set_up


@dataclass(frozen=True)
class Site:
    """One centre and its people; the province's people."""

    centre: UUID
    editor: Actor
    approver: Actor
    revealer: Actor
    operator: Actor
    province_editor: Actor
    province_approver: Actor


def open_site(database: TestDatabase, code: str) -> Site:
    """A centre with everybody that the pages of templates, signatures and messages know."""
    set_up(database)
    centre, province = database.open_centre(code, "示例市住房公积金管理中心"), database.province_id
    return Site(
        centre,
        person(database, centre, "钱编辑", "centre_editor"),
        person(database, centre, "孙审核", "centre_approver"),
        person(database, centre, "李经办", "centre_editor", "clerk"),
        person(database, province, "周运维", "province_operator"),
        person(database, province, "吴编辑", "centre_editor"),
        person(database, province, "郑审核", "centre_approver"),
    )
