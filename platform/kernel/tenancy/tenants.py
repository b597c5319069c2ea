"""The tenant rows, through the database's own functions: the province opens, renames and suspends; everyone may look along the line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text

from kernel.db import Database, TenantSession

_COLUMNS = "id, code, parent_id, kind, status, name_zh, short_name_zh, fictional, twin_of"


@dataclass(frozen=True)
class NewTenant:
    """What is needed to open a tenant."""

    id: UUID
    code: str
    parent_id: UUID
    kind: str
    name_zh: str
    short_name_zh: str
    independent: bool = False
    fictional: bool = False
    twin_of: UUID | None = None


@dataclass(frozen=True)
class Tenant:
    """A tenant as others may see it: names and state of a public body, never its rows."""

    id: UUID
    code: str
    parent_id: UUID | None
    kind: str
    status: str
    name_zh: str
    short_name_zh: str
    fictional: bool
    twin_of: UUID | None

    @property
    def rehearsal(self) -> bool:
        """Whether this is a rehearsal twin."""
        return self.twin_of is not None


def open_tenant(session: TenantSession, new: NewTenant) -> bool:
    """Open a tenant below the acting one. False when it was there already; refused (42501) when the parent is not below us."""
    values = {**vars(new), "tenant": session.tenant_id}
    statement = text(
        "select k.tenant_open(:tenant, :id, :code, :parent_id, :kind, :name_zh, :short_name_zh, :independent, :fictional, :twin_of)"
    )
    return bool(session.execute(statement, values).scalar())


def set_status(session: TenantSession, tenant_id: UUID, status: str) -> bool:
    """Move a tenant at or below the acting one to another status; running transactions of it end within their expiry (D13)."""
    statement = text("select k.tenant_set_status(:tenant, :id, :status)")
    return bool(
        session.execute(statement, {"tenant": session.tenant_id, "id": tenant_id, "status": status}).scalar()
    )


def rename(session: TenantSession, tenant_id: UUID, name_zh: str, short_name_zh: str) -> bool:
    """Change the names of a tenant at or below the acting one."""
    statement = text("select k.tenant_rename(:tenant, :id, :name, :short)")
    values = {"tenant": session.tenant_id, "id": tenant_id, "name": name_zh, "short": short_name_zh}
    return bool(session.execute(statement, values).scalar())


def tree(session: TenantSession) -> list[Tenant]:
    """The acting tenant's line and everything below it, by code."""
    statement = text(f"select {_COLUMNS} from k.tenant_tree(:tenant) order by code")
    return [_tenant(row) for row in session.execute(statement, {"tenant": session.tenant_id})]


def by_code(database: Database, code: str) -> Tenant | None:
    """The tenant with that code, whoever asks: public pages, commands and job envelopes begin here."""
    return _one(database, text(f"select {_COLUMNS} from k.tenant_by_code(:key)"), code)


def by_id(database: Database, tenant_id: UUID) -> Tenant | None:
    """The tenant with that id."""
    return _one(database, text(f"select {_COLUMNS} from k.tenant_by_id(:key)"), tenant_id)


def _one(database: Database, statement: Any, key: object) -> Tenant | None:
    with database.process_tx() as connection:
        row = connection.execute(statement, {"key": key}).first()
    return None if row is None else _tenant(row)


def _tenant(row: Any) -> Tenant:
    return Tenant(**row._mapping)
