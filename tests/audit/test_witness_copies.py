"""A tenant's own copies: kept once, and the only thing that tells a rewritten history from the true one."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from kernel.audit import extracts, jobs, state, witness
from kernel.audit.checkpoint import CheckpointRefused
from kernel.audit.extracts import KeyedExtract
from kernel.audit.models import AuditWitness
from kernel.audit.state import ChainState
from kernel.crypto.signing import SigningKey
from tests.audit.live_log import checkpoints, rewrite, rows, sealer, tamper, write
from tests.database import TestDatabase


@pytest.fixture
def tenant(clone: TestDatabase, key: SigningKey) -> UUID:
    """Three sealed events with a copy kept."""
    made = clone.open_centre("C96301")
    write(clone, made, 3)
    sealer(clone, key).round()
    keep(clone, made)
    return made


def keep(database: TestDatabase, tenant: UUID) -> None:
    with database.door().tenant_tx(database.scope(tenant)) as session:
        jobs.keep_witness(session, {})


def state_of(database: TestDatabase, tenant: UUID) -> ChainState:
    with database.door().tenant_tx(database.scope(tenant), read_only=True) as session:
        return state.chain_state(session)


def copies(database: TestDatabase, tenant: UUID) -> int:
    with database.door().tenant_tx(database.scope(tenant), read_only=True) as session:
        return session.scalar(select(func.count()).select_from(AuditWitness)) or 0


def test_a_copy_is_kept_once(clone: TestDatabase, tenant: UUID) -> None:
    keep(clone, tenant)
    assert copies(clone, tenant) == 1
    assert state_of(clone, tenant).verified


def test_keeping_copies_makes_no_events(clone: TestDatabase, tenant: UUID) -> None:
    assert len(rows(clone, tenant)) == 3


def test_a_copy_cannot_be_changed(clone: TestDatabase, tenant: UUID) -> None:
    for verb in ("update audit_witness set size = 1", "delete from audit_witness"):
        with pytest.raises(DBAPIError) as refused, clone.door().tenant_tx(clone.scope(tenant)) as session:
            session.connection().exec_driver_sql(verb)
        assert getattr(refused.value.orig, "sqlstate", "") == "42501"


def test_what_does_not_prove_itself_is_not_kept(clone: TestDatabase, tenant: UUID) -> None:
    with clone.door().tenant_tx(clone.scope(tenant)) as session:
        found = extracts.newest(session)
        assert found is not None
        with pytest.raises(CheckpointRefused):
            witness.keep(session, KeyedExtract(found.extract, SigningKey.generate().public))


def test_a_history_rewritten_and_signed_anew_is_shown(
    clone: TestDatabase, tenant: UUID, key: SigningKey
) -> None:
    """Everything in the database agrees with itself: only the copy knows."""
    rewrite(clone, tenant)
    for table in ("k.checkpoint_leaf", "k.checkpoint"):
        tamper(clone, f"delete from {table}")
    sealer(clone, key).round()
    found = state_of(clone, tenant)
    assert not found.verified
    assert [text for text in found.problems if "检查点 1 与本机构留存的副本不同" in text]
    assert [text for text in found.problems if "截至第 3 条" in text]
    tamper(clone, "delete from audit_witness")
    assert state_of(clone, tenant).verified


def test_another_key_is_shown(clone: TestDatabase, tenant: UUID) -> None:
    write(clone, tenant)
    sealer(clone, SigningKey.generate()).round()
    assert ["公钥与以往不同" in text for text in state_of(clone, tenant).problems] == [True]


def test_checkpoints_that_vanished_are_shown(clone: TestDatabase, tenant: UUID) -> None:
    for table in ("k.checkpoint_leaf", "k.checkpoint"):
        tamper(clone, f"delete from {table}")
    assert checkpoints(clone) == []
    found = state_of(clone, tenant)
    assert (found.verified, len(found.problems)) == (False, 1)


def test_a_sealed_event_that_changed_is_shown(clone: TestDatabase, tenant: UUID) -> None:
    tamper(clone, "update audit_event set entry_hash = sha256('') where tenant_id = %s and seq = 3", tenant)
    assert any("第 3 条与已签名的检查点不符" in text for text in state_of(clone, tenant).problems)
