"""Which revision of which item is in force where: the nearest tenant of the line that says something wins.

All reading goes through `nearest`: per tenant the newest revision that has taken effect, then the nearest tenant per code.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Connection, String, Uuid, cast, column, exists, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased

from kernel.approvals.models import ChangeRequest, ChangeState
from kernel.calendar import clock
from kernel.db import TenantSession
from kernel.tenancy import tenants
from kernel.tenancy.models import TenantKind
from kernel.tenancy.tenants import Tenant
from tenants.catalogue.errors import ItemNotFound
from tenants.catalogue.models import RevisionState, ServiceItemDraft, ServiceItemRevision
from tenants.catalogue.policy.searching import wanted

OBJECT_KIND = "service_item"

Nearest = type[ServiceItemRevision]


def nearest(session: TenantSession, when: datetime, *, above: bool = False) -> Nearest:
    """An alias of the revision that counts for each code at that moment, removed items included.

    With `above` the acting tenant's own revisions are left out: what it would inherit.
    """
    mine = ServiceItemRevision
    effective = (
        select(mine)
        .ext(distinct_on(mine.tenant_id, mine.code))
        .where(mine.effective_from <= when)
        .order_by(mine.tenant_id, mine.code, mine.effective_from.desc(), mine.number.desc())
    )
    if above:
        effective = effective.where(mine.tenant_id != session.tenant_id)
    each = aliased(mine, effective.subquery("effective"))
    line = cast(select(func.k.cur_line(str(session.scope.role))).scalar_subquery(), ARRAY(Uuid))
    winning = (
        select(each)
        .ext(distinct_on(each.code))
        .where(each.state != RevisionState.INHERITED)
        .order_by(each.code, func.array_position(line, each.tenant_id))
    )
    return aliased(mine, winning.subquery("nearest"))


def in_force(session: TenantSession, when: datetime) -> dict[str, ServiceItemRevision]:
    """Every item that is offered at that moment, by code; one query. Items outside their own dates are left out."""
    day = when.astimezone(clock.LOCAL).date()
    return {code: row for code, row in published(session, when).items() if row.item.open_on(day)}


def published(session: TenantSession, when: datetime) -> dict[str, ServiceItemRevision]:
    """Every item that is published at that moment, by code, also those whose own dates lie elsewhere; one query."""
    found = nearest(session, when)
    rows = session.scalars(select(found).where(found.state == RevisionState.PUBLISHED).order_by(found.code))
    return {row.code: row for row in rows}


def public_items(session: TenantSession, text: str = "", audience: str = "") -> list[ServiceItemRevision]:
    """The items in force for people outside, by code, narrowed by what was typed (name, code, pinyin) and for whom."""
    typed = "".join(text.lower().split())
    return [
        row
        for row in in_force(session, clock.now()).values()
        if row.item.public
        and (not typed or typed in row.search_text)
        and (not audience or audience in row.audience)
    ]


def public_item(session: TenantSession, code: str) -> ServiceItemRevision:
    """One item in force for people outside. Raises ItemNotFound for everything else."""
    row = revision_at(session, code, clock.now())
    if row is None or not row.item.public or not row.item.open_on(clock.today()):
        raise ItemNotFound
    return row


def revision_at(session: TenantSession, code: str, when: datetime) -> ServiceItemRevision | None:
    """The revision of one item that counts at that moment; None when it is unknown or removed. A new case is bound to it."""
    found = nearest(session, when)
    return session.scalar(select(found).where(found.code == code, found.state == RevisionState.PUBLISHED))


def revision(session: TenantSession, revision_id: UUID) -> ServiceItemRevision:
    """One revision of the line by its id: what a running case keeps, whatever was published since. Raises ItemNotFound."""
    row = session.scalar(select(ServiceItemRevision).where(ServiceItemRevision.id == revision_id))
    if row is None:
        raise ItemNotFound
    return row


def item_now(session: TenantSession, code: str) -> ServiceItemRevision:
    """What counts for one item now, also when it is removed. Raises ItemNotFound."""
    found = nearest(session, clock.now())
    row = session.scalar(select(found).where(found.code == code))
    if row is None:
        raise ItemNotFound
    return row


def inherited_now(session: TenantSession, code: str) -> ServiceItemRevision | None:
    """What the tenants above publish for one item now; None when they don't, or removed it."""
    found = nearest(session, clock.now(), above=True)
    return session.scalar(select(found).where(found.code == code, found.state == RevisionState.PUBLISHED))


def history(session: TenantSession, code: str, limit: int = 50) -> Sequence[ServiceItemRevision]:
    """The revisions of one item along the line, newest effect first, those that still lie ahead included."""
    mine = ServiceItemRevision
    statement = select(mine).where(mine.code == code).order_by(mine.effective_from.desc(), mine.id.desc())
    return session.scalars(statement.limit(limit)).all()


def newest_number(session: TenantSession, code: str) -> int:
    """The highest revision number of one item in the acting tenant; 0 when it has none."""
    mine = ServiceItemRevision
    statement = select(func.max(mine.number)).where(mine.tenant_id == session.tenant_id, mine.code == code)
    return session.scalar(statement) or 0


def waiting_to_take_effect(session: TenantSession, code: str) -> ServiceItemRevision | None:
    """The next revision of one item in the acting tenant that was approved and lies ahead."""
    mine = ServiceItemRevision
    statement = (
        select(mine)
        .where(mine.tenant_id == session.tenant_id, mine.code == code, mine.effective_from > clock.now())
        .order_by(mine.effective_from)
    )
    return session.scalar(statement.limit(1))


def draft(session: TenantSession, code: str) -> ServiceItemDraft | None:
    """The acting tenant's draft of one item."""
    return session.scalar(select(ServiceItemDraft).where(ServiceItemDraft.code == code))


def pending_change(session: TenantSession, code: str) -> ChangeRequest | None:
    """The open request about one item, if there is one."""
    return session.scalar(select(ChangeRequest).where(*_open_about(code)).limit(1))


@dataclass(frozen=True)
class ListFilter:
    """What the list is narrowed to. `state`: in_force, removed, draft, pending, local, or empty for all in force."""

    text: str = ""
    service_class: str = ""
    audience: str = ""
    channel: str = ""
    state: str = ""


def listed(found: Nearest, wanted_rows: ListFilter, own_tenant: UUID) -> list[Any]:
    """The conditions of a list over `nearest`."""
    removed = wanted_rows.state == "removed"
    rules: list[Any] = [found.state == (RevisionState.REMOVED if removed else RevisionState.PUBLISHED)]
    if wanted_rows.text:
        rules.append(found.search_text.like(wanted(wanted_rows.text), escape="\\"))
    if wanted_rows.service_class:
        rules.append(found.service_class == wanted_rows.service_class)
    if wanted_rows.audience:
        rules.append(found.audience.contains(cast([wanted_rows.audience], ARRAY(String))))
    if wanted_rows.channel:
        rules.append(found.channels.contains(cast([wanted_rows.channel], ARRAY(String))))
    if wanted_rows.state == "draft":
        rules.append(
            exists().where(ServiceItemDraft.tenant_id == own_tenant, ServiceItemDraft.code == found.code)
        )
    if wanted_rows.state == "pending":
        rules.append(exists().where(ChangeRequest.tenant_id == own_tenant, *_open_about(found.code)))
    if wanted_rows.state == "local":
        rules.append(found.tenant_id == own_tenant)
    return rules


def _open_about(code: Any) -> list[Any]:
    return [
        ChangeRequest.object_kind == OBJECT_KIND,
        ChangeRequest.object_id == code,
        ChangeRequest.state == ChangeState.PENDING,
        ChangeRequest.expires_at > clock.now(),
    ]


def drafts_of(session: TenantSession, codes: Iterable[str]) -> dict[str, ServiceItemDraft]:
    """Drafts of these items, by code; one query."""
    statement = select(ServiceItemDraft).where(ServiceItemDraft.code.in_(list(codes)))
    return {row.code: row for row in session.scalars(statement)}


def new_drafts(session: TenantSession) -> Sequence[ServiceItemDraft]:
    """Drafts of items that are not there yet."""
    statement = (
        select(ServiceItemDraft).where(ServiceItemDraft.based_on.is_(None)).order_by(ServiceItemDraft.code)
    )
    return session.scalars(statement).all()


def pending_of(session: TenantSession, codes: Iterable[str]) -> set[str]:
    """Which of these items have an open request; one query."""
    statement = select(ChangeRequest.object_id).where(*_open_about(column("object_id")))
    return set(session.scalars(statement.where(ChangeRequest.object_id.in_(list(codes)))))


@dataclass(frozen=True)
class Line:
    """The acting tenant and those around it."""

    own: Tenant
    tenants: dict[UUID, Tenant]

    def source_zh(self, row: ServiceItemRevision) -> str:
        """Where a revision comes from, in a word: 省级模板, 中心, 本中心, 本分中心."""
        if row.tenant_id == self.own.id:
            words = {
                TenantKind.PROVINCE: "省级模板",
                TenantKind.CENTRE: "本中心",
                TenantKind.SUB_CENTRE: "本分中心",
            }
            return words[TenantKind(self.own.kind)]
        giver = self.tenants.get(row.tenant_id)
        return "中心" if giver is not None and giver.kind == TenantKind.CENTRE else "省级模板"

    @property
    def below(self) -> list[Tenant]:
        """Tenants under the acting one, without rehearsal twins."""
        return [
            t for t in self.tenants.values() if t.id != self.own.id and not t.rehearsal and self._under(t)
        ]

    @property
    def province_id(self) -> UUID | None:
        """The province of this line."""
        return next((t.id for t in self.tenants.values() if t.kind == TenantKind.PROVINCE), None)

    def _under(self, tenant: Tenant) -> bool:
        parent = tenant.parent_id
        while parent is not None and parent != self.own.id:
            parent = self.tenants[parent].parent_id if parent in self.tenants else None
        return parent == self.own.id


def line(session: TenantSession) -> Line:
    """Who stands above and below the acting tenant; one query."""
    around = {tenant.id: tenant for tenant in tenants.tree(session)}
    return Line(around[session.tenant_id], around)


def standard_codes(session: TenantSession, province_id: UUID | None) -> set[str]:
    """The codes of the standard list: what the province has published as template."""
    mine = ServiceItemRevision
    return set(session.scalars(select(mine.code).distinct().where(mine.tenant_id == province_id)))


@dataclass(frozen=True)
class PublicCentre:
    """A centre as the home page lists it."""

    code: str
    name_zh: str
    short_name_zh: str
    kind: str
    parent_code: str | None


def public_centres(connection: Connection) -> list[PublicCentre]:
    """Every active tenant of the province that is no rehearsal twin, by code. Needs no tenant: names of public bodies are public."""
    rows = func.k.tenants_public().table_valued(
        column("code", String), column("name_zh", String), column("short_name_zh", String),
        column("kind", String), column("parent_code", String),
    )  # fmt: skip
    return [PublicCentre(**row) for row in connection.execute(select(rows)).mappings()]
