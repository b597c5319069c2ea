"""Transactions of their own beside a request's unit of work: in the province, where accounts live, and in a centre."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from flask import g

from kernel.audit.record import ACTOR_NAME, DEMO_AT, REQUEST_ID
from kernel.calendar import clock
from kernel.db import TenantSession
from kernel.db.roles import DbRole
from kernel.identity.entering import identity
from kernel.tenancy.scope import enter
from kernel.tenancy.tenants import Tenant

NOBODY = "system:accounts"
ACTOR_ZH = "用户本人"


@contextmanager
def province_tx(
    province_id: UUID, *, account_id: UUID | None = None, read_only: bool = False
) -> Iterator[TenantSession]:
    """In the province, for the verbs of accounts. `account_id` is who acts, when that is known."""
    subject = NOBODY if account_id is None else str(account_id)
    with _own_tx(province_id, DbRole.APP, subject, read_only) as session:
        yield session


@contextmanager
def account_tx(tenant_id: UUID, account_id: UUID) -> Iterator[TenantSession]:
    """Reading in the province or in a centre as the account itself: the database shows the rows of this account only."""
    with _own_tx(tenant_id, DbRole.CITIZEN, str(account_id), True) as session:
        yield session


@contextmanager
def centre_tx(centre: Tenant, account_id: UUID) -> Iterator[TenantSession]:
    """In a centre, for verbs that the account itself has no right to write: binding, counter codes."""
    with _own_tx(centre.id, DbRole.APP, str(account_id), False) as session:
        yield session


@contextmanager
def _own_tx(tenant_id: UUID, role: DbRole, subject: str, read_only: bool) -> Iterator[TenantSession]:
    with identity().database.tenant_tx(enter(tenant_id, role, subject), read_only=read_only) as session:
        session.info.update({ACTOR_NAME: ACTOR_ZH, REQUEST_ID: g.get("request_id", "")})
        if clock.moved():
            session.info[DEMO_AT] = clock.now().isoformat()
        yield session
