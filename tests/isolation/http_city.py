"""Hostile bodies made the way real ones are: by a signed manifest, then by what their people do. Their texts hold words of their own.

Four kinds of words, because not every text is a secret before the same people: `published` is in what a body publishes, `registered` in
its manifest, which the province reads, `named` in its people and in the reason of a stop, which go down the line, `inner` in drafts,
changes and comments, which nobody outside reads.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import select

from kernel.approvals import service as approvals
from kernel.crypto.signing import SigningKey
from kernel.db import TenantSession
from kernel.identity.actor import Actor
from kernel.tenancy import tenants
from kernel.tenancy.models import OrgUnit
from onboarding.manifests.service import sign
from onboarding.provisioning.ports import Places
from onboarding.provisioning.service import approve_and_run, propose_city
from tenants.catalogue import queries
from tenants.catalogue import service as catalogue
from tenants.channels import service as channels
from tests.database import TestDatabase
from tests.isolation.http_cases import leave_case
from tests.people import person

T = TypeVar("T")

CENTRE_ROLES = (
    "centre_admin", "centre_editor", "centre_approver", "clerk", "seat", "statistics_officer", "system_officer",
    "security_officer", "audit_officer", "contractor",
)  # fmt: skip
SUB_CENTRE_ROLES = (
    "sub_centre_admin", "centre_editor", "centre_approver", "clerk", "seat", "statistics_officer", "system_officer",
    "security_officer", "audit_officer",
)  # fmt: skip
PROVINCE_ROLES = (
    "province_officer", "province_operator", "province_finance", "expert", "seat", "statistics_officer", "system_officer",
    "security_officer", "audit_officer", "contractor", "load_tester",
)  # fmt: skip

_MANIFEST = """version: 1
centre:
  code: {code}
  name: {name}住房公积金管理中心
  short_name: {name}
  legal_entity: {name}住房公积金管理中心
  build_mode: provincial_shared
  fictional: true
units:
  - {{code: ZHB, name: 综合{registered}部, kind: department}}
  - {{code: YWB, name: 业务{registered}部, kind: branch, parent: ZHB}}
catalogue: {{adopt: template}}
channels: {{counter: open, portal: open, hall: open, kiosk: open, hotline: open, sms: open, app: open, wechat: open, weibo: open}}
staff:
  - {{user: {user}.admin, name: 云{registered}, title: 中心管理员, unit: ZHB, roles: [centre_admin]}}
budget: {{sms_monthly: 1000, allowance_fen: 480000}}
figures:
  - {{code: depositors, label: 缴存职工, value: 12.34, unit: 万人, period: "2025", source: 出处{registered}, as_of: "2026-03-31"}}
sub_centres:
  - code: {sub_code}
    name: {name}油田分中心
    short_name: {name}油田
    legal_entity: {name}油田分中心
    build_mode: provincial_shared
    consolidates_into: {code}
    plug: {{state: plugged_in}}
    units:
      - {{code: YWB, name: 油田{registered}部, kind: department}}
    channels: {{counter: open, portal: open, hall: open, kiosk: open, hotline: open, sms: open, app: open, wechat: open, weibo: open}}
    staff:
      - {{user: {user}sub.admin, name: 苏{registered}, title: 分中心管理员, unit: YWB, roles: [sub_centre_admin]}}
    budget: {{sms_monthly: 100, allowance_fen: 48000}}
    figures: []
twin: true
"""


@dataclass
class Body:
    """One tenant with its people by role and what they made."""

    database: TestDatabase
    id: UUID
    code: str
    mark: str
    people: dict[str, Actor] = field(default_factory=dict)
    objects: dict[str, object] = field(default_factory=dict)

    @property
    def published(self) -> str:
        return f"公{self.mark}"

    @property
    def named(self) -> str:
        return f"名{self.mark}"

    @property
    def inner(self) -> str:
        return f"内{self.mark}"

    @property
    def item_code(self) -> str:
        """An item that only this body has and publishes."""
        return str(self.objects["item"])

    @property
    def draft_code(self) -> str:
        """An item that only this body has, as a draft."""
        return str(self.objects["draft"])

    def read(self, ask: Callable[[TenantSession], T]) -> T:
        with self.database.door().tenant_tx(self.database.scope(self.id), read_only=True) as session:
            return ask(session)

    def write(self, do: Callable[[TenantSession], T]) -> T:
        with self.database.door().tenant_tx(self.database.scope(self.id)) as session:
            return do(session)


@dataclass
class City:
    """A centre with its sub-centre."""

    centre: Body
    sub_centre: Body
    registered: str

    @property
    def bodies(self) -> tuple[Body, Body]:
        return self.centre, self.sub_centre


def apply_city(
    database: TestDatabase, number: int, name: str, mark: str, officers: tuple[Actor, Actor], letter: str
) -> City:
    """Apply a manifest for centre `C9{number}` by two officers, then let its people work."""
    code, sub_code, registered = f"C9{number}0", f"C9{number}1", f"籍{mark}"
    body = _MANIFEST.format(
        code=code, sub_code=sub_code, name=name, registered=registered, user=f"hostile{number}"
    ).encode()
    places = Places(database.door(), database.province_id)
    proposed = propose_city(places, officers[0], body, sign(body, SigningKey.generate()), "申请入驻。")
    approve_and_run(places, proposed, officers[1])
    centre = _body(database, code, mark, CENTRE_ROLES)
    sub_centre = _body(database, sub_code, f"支{mark}", SUB_CENTRE_ROLES)
    _work(centre, letter)
    _work_below(sub_centre)
    return City(centre, sub_centre, registered)


def _body(database: TestDatabase, code: str, mark: str, roles: tuple[str, ...]) -> Body:
    tenant = tenants.by_code(database.door(), code)
    assert tenant is not None
    body = Body(database, tenant.id, code, mark)
    for role in roles:
        body.people[role] = person(database, tenant.id, f"{body.named}{len(body.people)}", role)
    body.objects["unit"] = body.read(lambda s: s.scalars(select(OrgUnit.id)).first())
    return body


def _work(body: Body, letter: str) -> None:
    """An item of its own in force, one in a draft, one that waits, a remark, an emergency stop."""
    editor, approver = body.people["centre_editor"], body.people["centre_approver"]
    body.objects["item"], body.objects["draft"] = f"{letter}901", f"{letter}902"
    base = body.read(lambda s: queries.item_now(s, "W01").item)
    public = msgspec.structs.replace(
        base, name_zh=f"购房{body.published}", guide_zh=f"指南{body.published}", conditions_zh=body.published
    )
    inner = msgspec.structs.replace(base, name_zh=f"草稿{body.inner}", guide_zh=body.inner)
    body.write(lambda s: catalogue.save_draft(s, editor, body.item_code, public))
    change = body.write(lambda s: _kept(s, catalogue.propose_draft(s, editor, body.item_code, body.inner)))
    body.write(lambda s: approvals.approve(s, approver, change.id, change.content_hash, f"意见{body.inner}"))
    body.objects["executed"] = change.id
    body.write(lambda s: catalogue.save_draft(s, editor, body.draft_code, inner))
    body.objects["revision"] = body.read(lambda s: queries.item_now(s, body.item_code).id)
    _leave_open(body, editor)


def _work_below(body: Body) -> None:
    """A sub-centre writes within what its centre allows."""
    editor = body.people["centre_editor"]
    base = body.read(lambda s: queries.item_now(s, "W02").item)
    inner = msgspec.structs.replace(base, guide_zh=f"草稿{body.inner}")
    body.write(lambda s: catalogue.save_draft(s, editor, "W02", inner))
    body.objects["draft"] = "W02"
    _leave_open(body, editor)


def _leave_open(body: Body, editor: Actor) -> None:
    payload = {
        "channel": "kiosk",
        "open": False,
        "start": None,
        "end": None,
        "consent_zh": f"文件{body.inner}",
    }
    change = body.write(
        lambda s: _kept(s, approvals.propose(s, editor, channels.SWITCH_CHANNEL.code, payload, body.inner))
    )
    body.objects["change"] = change.id
    body.write(lambda s: approvals.comment(s, editor, change.id, f"留言{body.inner}").id)
    admin = next(actor for role, actor in body.people.items() if role.endswith("_admin"))
    stop = body.write(lambda s: channels.declare_emergency_stop(s, admin, "weibo", f"原因{body.named}").id)
    body.objects["stop"] = stop
    body.objects["case"], body.objects["file"] = leave_case(
        body.database, body.id, body.people["clerk"], f"说明{body.inner}"
    )


def _kept(session: TenantSession, row: T) -> T:
    session.refresh(row)
    session.expunge(row)
    return row
