"""Units inside a tenant: managed sub-centres, branches (管理部), departments. An independent sub-centre is a tenant, not a unit (D1)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db.model import Base, Own, tenant_fk


class TenantKind(StrEnum):
    """What a tenant is (decision D1)."""

    PROVINCE = "province"
    CENTRE = "centre"
    SUB_CENTRE = "sub_centre"


TENANT_KIND_ZH = {TenantKind.PROVINCE: "省级", TenantKind.CENTRE: "中心", TenantKind.SUB_CENTRE: "分中心"}


class TenantStatus(StrEnum):
    """Where a tenant is in its life."""

    PREPARING = "preparing"
    ACTIVE = "active"
    READ_ONLY = "read_only"
    SUSPENDED = "suspended"
    CLOSED = "closed"


TENANT_STATUS_ZH = {
    TenantStatus.PREPARING: "入驻中",
    TenantStatus.ACTIVE: "运行中",
    TenantStatus.READ_ONLY: "只读",
    TenantStatus.SUSPENDED: "已暂停",
    TenantStatus.CLOSED: "已退出",
}


class UnitKind(StrEnum):
    """What an org unit is."""

    DEPARTMENT = "department"
    BRANCH = "branch"
    MANAGED_SUB_CENTRE = "managed_sub_centre"


UNIT_KIND_ZH = {
    UnitKind.DEPARTMENT: "内设部门",
    UnitKind.BRANCH: "管理部",
    UnitKind.MANAGED_SUB_CENTRE: "非独立分中心",
}


class OrgUnit(Own, Base):
    """A unit of a centre. Staff of a unit write the centre's rows, limited by unit."""

    __tablename__ = "org_unit"
    __table_args__ = (
        UniqueConstraint("tenant_id", "code"),
        tenant_fk("parent_unit_id", "org_unit"),
        Index("ix_org_unit_parent", "tenant_id", "parent_unit_id"),
    )

    code: Mapped[str]
    name_zh: Mapped[str]
    kind: Mapped[str]
    parent_unit_id: Mapped[UUID | None]
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
