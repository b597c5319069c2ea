"""Declarative base and the three classes of table (decision D2).

*Own*: rows of one tenant. *Inherited*: published configuration, readable down the tenant line. *Reference*: no tenant, read only.
A model may also say `__readers__` (further roles that read their own tenant's rows), `__rights__` (what the app may do; default
all four), `__citizen__` (the column that names the account a row belongs to: a signed-in depositor or employer sees and writes only
the rows of the own account, with the rights of `__citizen_rights__`) and `__unaudited__` (a reason why changing it needs no audit
event: queues, sessions).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, MetaData, String, Uuid
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from kernel.db.ids import uuid7
from kernel.db.types import UtcDateTime

ALL_RIGHTS = ("select", "insert", "update", "delete")


def utc_now() -> datetime:
    """Wall-clock time, aware. Business time comes from `kernel.calendar.clock`."""
    return datetime.now(UTC)


class Base(DeclarativeBase):
    """Common base. Constraint names are fixed by convention so that errors can be told apart by SQLSTATE and migrations agree."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UtcDateTime(), str: String(), UUID: Uuid()}

    __table_class__: ClassVar[str]
    __readers__: ClassVar[tuple[str, ...]] = ()
    __rights__: ClassVar[tuple[str, ...]] = ALL_RIGHTS
    __unaudited__: ClassVar[str] = ""
    __citizen__: ClassVar[str] = ""
    __citizen_rights__: ClassVar[tuple[str, ...]] = ("select",)


class Own:
    """A row of one tenant: seen and changed only inside its tenant's scope."""

    __table_class__: ClassVar[str] = "own"

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, sort_order=-20)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=uuid7, sort_order=-19)


class Inherited:
    """Published configuration: written by its tenant, read by that tenant and everyone below it (province → centre → sub-centre).

    `__readers__ = ("gjj_citizen",)` opens the same line to public pages.
    """

    __table_class__: ClassVar[str] = "inherited"

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, sort_order=-20)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=uuid7, sort_order=-19)


class Reference:
    """The same for everyone, written by migrations only."""

    __table_class__: ClassVar[str] = "reference"
    __rights__: ClassVar[tuple[str, ...]] = ("select",)


def tenant_fk(column: str, table: str, *, name: str | None = None) -> ForeignKeyConstraint:
    """A foreign key inside the tenant: (tenant_id, column) → table(tenant_id, id). Give the column an index too (scale rule 5)."""
    return ForeignKeyConstraint(["tenant_id", column], [f"{table}.tenant_id", f"{table}.id"], name=name)
