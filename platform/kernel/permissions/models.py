"""Roles and what they may do: reference rows from the release's data files (decision D10)."""

from __future__ import annotations

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db.model import Base, Reference


class Role(Reference, Base):
    """A role of `roles.csv`. `officer` marks 三员: system, security, audit."""

    __tablename__ = "role"

    code: Mapped[str] = mapped_column(primary_key=True)
    name_zh: Mapped[str]
    tenant_kinds: Mapped[str]
    first_screen_zh: Mapped[str]
    duties_zh: Mapped[str]
    exclusive_with: Mapped[str]
    officer: Mapped[str | None]


class RolePermission(Reference, Base):
    """One permission of one role; `code` is `role:permission`."""

    __tablename__ = "role_permission"
    __table_args__ = (Index("ix_role_permission_role_code", "role_code"),)

    code: Mapped[str] = mapped_column(primary_key=True)
    role_code: Mapped[str]
    permission: Mapped[str]
