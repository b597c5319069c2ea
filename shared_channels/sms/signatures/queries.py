"""Signatures, extensions and filings as the acting tenant sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import String, Uuid, bindparam, column, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from kernel.db import TenantSession
from kernel.tenancy import tenants
from kernel.tenancy.models import TenantKind
from kernel.tenancy.tenants import Tenant
from shared_channels.sms.signatures.models import SmsExtension, SmsFiling, SmsSignature
from shared_channels.sms.signatures.policy import Signature, effective

_EXTENSION = select(
    func.k.sms_extension_of(bindparam("tenant", type_=Uuid)).table_valued(
        column("access_number", String), column("extension", String)
    )
)


@dataclass(frozen=True)
class Standing:
    """The acting tenant, its own newest signature (None: the province's), what that makes, and the tenants around it."""

    own: Tenant
    province: Tenant
    row: SmsSignature | None
    signature: Signature
    province_zh: str
    around: tuple[Tenant, ...]


def standing(session: TenantSession) -> Standing:
    """Everything about the acting tenant's signature; two queries."""
    around = tenants.tree(session)
    own = next(t for t in around if t.id == session.tenant_id)
    province = next(t for t in around if t.kind == TenantKind.PROVINCE)
    newest = (
        select(SmsSignature)
        .ext(distinct_on(SmsSignature.tenant_id))
        .order_by(SmsSignature.tenant_id, SmsSignature.number.desc())
    )
    rows = {row.tenant_id: row for row in session.scalars(newest)}
    mine, top = rows.get(own.id), rows.get(province.id)
    signature = effective(
        mine.style if mine else None, mine.text_zh if mine else "", mine.suffix_zh if mine else "",
        top.text_zh if top else "", own.id == province.id, own.short_name_zh,
    )  # fmt: skip
    return Standing(own, province, mine, signature, top.text_zh if top else "", tuple(around))


def revisions(session: TenantSession) -> Sequence[SmsSignature]:
    """The acting tenant's signatures, newest first."""
    mine = SmsSignature
    statement = select(mine).where(mine.tenant_id == session.tenant_id).order_by(mine.number.desc())
    return session.scalars(statement.limit(50)).all()


def newest_number(session: TenantSession) -> int:
    """The highest revision number of the acting tenant; 0 when it has none."""
    mine = SmsSignature
    return session.scalar(select(func.max(mine.number)).where(mine.tenant_id == session.tenant_id)) or 0


def own_extension(session: TenantSession) -> str:
    """The digits that people see as sender: access number and extension; empty when the tenant has no extension."""
    row = session.connection().execute(_EXTENSION, {"tenant": session.tenant_id}).first()
    return f"{row.access_number}{row.extension}" if row is not None else ""


def extensions(session: TenantSession) -> Sequence[SmsExtension]:
    """In the province: every extension that was ever given, in order of digits."""
    mine = SmsExtension
    return session.scalars(select(mine).order_by(mine.access_number, mine.extension).limit(1000)).all()


def filings(session: TenantSession, subject: str, code: str, number: int) -> dict[str, SmsFiling]:
    """Filings of one revision, by carrier."""
    mine = SmsFiling
    statement = select(mine).where(mine.subject == subject, mine.code == code, mine.number == number)
    return {row.carrier: row for row in session.scalars(statement)}
