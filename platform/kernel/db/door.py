"""The door: `Database.tenant_tx(scope)` is the only way to a session (rules R1, R2, R10; scale rules 1 and 2).

One transaction = one tenant = one server. The signed context, the role and read-only mode travel with BEGIN in one round trip.
Every ORM statement on an own table also carries `tenant_id = :t`: better plans, and a second lock beside row security.
A transaction that changed something commits only with exactly one audit event, appended as its last statement.
"""

from __future__ import annotations

import select
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Connection, Engine, create_engine, event, exc, text
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction, with_loader_criteria
from sqlalchemy.pool import NullPool, QueuePool

from kernel.audit.record import AuditRecord
from kernel.db.model import Base, Own
from kernel.db.signing import ContextSigner
from kernel.tenancy.scope import Scope

_ENTER = "select set_config('role', %s, true), set_config('app.ctx', %s, true)"
_ENTER_READING = _ENTER + ", set_config('transaction_read_only', 'on', true)"
_APPEND = text("select k.audit_append(:tenant, :body)")


class UnauditedChange(RuntimeError):
    """A transaction changed rows and named no audit event, or named two: a defect of the calling verb, never of the user."""


class TenantSession(Session):
    """A session of one tenant. Services get it first, flush, and never commit."""

    scope: Scope
    signer: ContextSigner
    reading: bool
    door: Database
    record: AuditRecord | None = None
    wrote: str = ""

    @property
    def vault(self) -> object:
        """The process's keys for personal fields (`kernel.vault.of`), or None where a process has none."""
        return self.door.vault

    @property
    def tenant_id(self) -> UUID:
        """The tenant whose rows this transaction may touch."""
        return self.scope.tenant_id

    def audit(self, action: str, object_kind: str, object_id: object, summary_zh: str, **facts: Any) -> None:
        """Say what this transaction did, once: who and when are known. `facts` are codes and numbers, never personal data."""
        if self.record is not None:
            raise UnauditedChange(f"{self.record.action} and {action} in one transaction")
        self.record = AuditRecord.of(
            self.scope, action, object_kind, str(object_id), summary_zh, facts, self.info
        )

    def changed_nothing(self) -> None:
        """Say that the guarded UPDATE just sent met no row, so that there is nothing to audit."""
        self.wrote = ""

    def _append_audit(self) -> None:
        self.flush()
        if self.record is None:
            if self.wrote:
                raise UnauditedChange(f"{self.wrote} changed without an audit event")
            return
        self.execute(_APPEND, {"tenant": self.tenant_id, "body": self.record.body()})


class Database:
    """One server's engine behind the door; `tenant_tx` will resolve tenant → server when there are several (scale rule 2)."""

    def __init__(
        self, url: str, signer: ContextSigner, *, pool_size: int = 8, pool_timeout_s: float = 1.0
    ) -> None:
        self.signer = signer
        self.vault: object = None
        self.files: object = None
        self.evidence_key: object = None
        self.engine: Engine = create_engine(
            url,
            poolclass=QueuePool,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=pool_timeout_s,
            pool_use_lifo=True,
            hide_parameters=True,
        )
        event.listen(self.engine, "checkout", _refuse_dead)

    @contextmanager
    def tenant_tx(self, scope: Scope, *, read_only: bool = False) -> Iterator[TenantSession]:
        """One transaction in one tenant. Commits at the end unless it reads only or raises.

        Raises UnauditedChange when rows changed without exactly one audit event.
        """
        session = self.open(scope, read_only=read_only)
        try:
            yield session
            if read_only:
                session.rollback()
            else:
                finish(session)
        except BaseException:
            session.rollback()
            raise
        finally:
            session.close()

    @contextmanager
    def aside_tx(self, scope: Scope) -> Iterator[TenantSession]:
        """A transaction on a connection of its own beside the pool, for the rare need while a pooled one is held (making keys).

        A second pooled connection could starve a full pool.
        """
        engine = create_engine(self.engine.url, poolclass=NullPool, hide_parameters=True)
        session = self.open(scope)
        session.bind = engine
        try:
            yield session
            finish(session)
        except BaseException:
            session.rollback()
            raise
        finally:
            session.close()
            engine.dispose()

    def open(self, scope: Scope, *, read_only: bool = False) -> TenantSession:
        """A session whose end the caller owns; only `tenant_tx` and the HTTP unit of work call it."""
        session = TenantSession(self.engine)
        session.scope, session.signer, session.reading = scope, self.signer, read_only
        session.door = self
        return session

    @contextmanager
    def process_tx(self) -> Iterator[Connection]:
        """A transaction without a tenant, for the calls that a log-in role may make itself: directory look-ups, relay, sealer."""
        with self.engine.begin() as connection:
            yield connection

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def finish(session: TenantSession) -> None:
    """Append the audit event and commit: the last two statements of every changing transaction."""
    session._append_audit()
    session.commit()


@event.listens_for(TenantSession, "after_begin")
def _enter(session: Session, transaction: Any, connection: Connection) -> None:
    if transaction.nested:
        return
    mine = cast(TenantSession, session)
    raw = cast(Any, connection.connection.driver_connection)
    context = mine.signer.sign(mine.scope, raw.info.backend_pid)
    with raw.pipeline():
        raw.execute(_ENTER_READING if mine.reading else _ENTER, (str(mine.scope.role), context))


@event.listens_for(TenantSession, "do_orm_execute")
def _stay_inside(state: ORMExecuteState) -> None:
    mine = cast(TenantSession, state.session)
    if state.is_select or state.is_update or state.is_delete:
        tenant_id = mine.scope.tenant_id
        state.statement = state.statement.options(
            with_loader_criteria(Own, lambda cls: cls.tenant_id == tenant_id, include_aliases=True)
        )
    if state.is_insert or state.is_update or state.is_delete:
        table = getattr(state.statement, "table", None)
        if table is not None and table.name not in _unaudited_tables():
            mine.wrote = mine.wrote or table.name


@event.listens_for(TenantSession, "before_flush")
def _stamp(session: Session, context: UOWTransaction, instances: Any) -> None:
    mine = cast(TenantSession, session)
    for row in session.new:
        given = getattr(row, "tenant_id", mine.tenant_id)
        if given is None:
            row.tenant_id = mine.tenant_id
        elif given != mine.tenant_id:
            raise ValueError(f"a {type(row).__name__} of another tenant")
    for row in (*session.new, *session.dirty, *session.deleted):
        if not type(row).__unaudited__ and (row not in session.dirty or session.is_modified(row)):
            mine.wrote = mine.wrote or type(row).__name__


def _unaudited_tables() -> set[str]:
    return {m.local_table.name for m in Base.registry.mappers if m.class_.__unaudited__}  # type: ignore[attr-defined]


def _refuse_dead(dbapi_connection: Any, record: Any, proxy: Any) -> None:
    """An idle connection that has something to read was ended by the server: take another. Costs no round trip."""
    readable, _, _ = select.select([dbapi_connection.fileno()], [], [], 0)
    if readable or dbapi_connection.closed:
        raise exc.DisconnectionError
