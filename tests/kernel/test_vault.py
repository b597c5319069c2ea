"""The vault: keys are made once, never lost by a roll-back, and no tenant gets another's."""

from __future__ import annotations

import pytest
import sqlalchemy.exc

from kernel import vault
from kernel.crypto.blind_index import IndexedField
from kernel.crypto.errors import CannotDecrypt, KeyMissing
from kernel.crypto.masks import MaskKind
from kernel.crypto.secret import Secret
from kernel.db import Database
from kernel.db.ids import uuid7
from kernel.db.roles import DbRole, Login
from kernel.vault import Vault
from tests.database import KEYRING, TestDatabase

PHONE: Secret[str] = Secret("16000000001", MaskKind.PHONE)


def test_a_value_sealed_by_one_process_opens_in_another(database: TestDatabase) -> None:
    tenant, row = database.open_centre("C90401"), uuid7()
    with database.door().tenant_tx(database.scope(tenant)) as session:
        sealed = vault.of(session).seal("t", "c", row, PHONE)
        index = vault.of(session).index(IndexedField.PHONE, PHONE)
    worker = database.door(Login.WORKER)
    with worker.tenant_tx(database.scope(tenant), read_only=True) as session:
        assert vault.of(session).open("t", "c", row, sealed) == PHONE
        assert vault.of(session).index(IndexedField.PHONE, PHONE) == index
        with pytest.raises(CannotDecrypt):
            vault.of(session).open("t", "c", uuid7(), sealed)


def test_a_roll_back_loses_no_key(database: TestDatabase) -> None:
    tenant, row = database.open_centre("C90402"), uuid7()
    with pytest.raises(ZeroDivisionError), database.door().tenant_tx(database.scope(tenant)) as session:
        sealed = vault.of(session).seal("t", "c", row, PHONE)
        raise ZeroDivisionError
    worker = database.door(Login.WORKER)
    with worker.tenant_tx(database.scope(tenant), read_only=True) as session:
        assert vault.of(session).open("t", "c", row, sealed) == PHONE


def test_a_tenant_above_may_seal_for_one_below_and_nobody_else(database: TestDatabase) -> None:
    tenant, other, row = database.open_centre("C90403"), database.open_centre("C90404"), uuid7()
    with database.door().tenant_tx(database.scope()) as session:
        sealed = vault.of(session, tenant).seal("t", "c", row, PHONE)
    with database.door().tenant_tx(database.scope(tenant)) as session:
        assert vault.of(session).open("t", "c", row, sealed) == PHONE
    for scope in (database.scope(other), database.scope(other, DbRole.CITIZEN, "public")):
        database.door().vault.forget(tenant)  # type: ignore[attr-defined]
        with (
            pytest.raises(sqlalchemy.exc.ProgrammingError, match="not in the scope"),
            database.door().tenant_tx(scope) as session,
        ):
            vault.of(session, tenant)


def test_the_gateway_opens_and_never_makes(database: TestDatabase) -> None:
    tenant, row = database.open_centre("C90405"), uuid7()
    gateway = database.door(Login.GATEWAY)
    found = Vault(KEYRING)
    with gateway.process_tx() as connection, pytest.raises(KeyMissing):
        found.of_any(connection, tenant)
    with database.door().tenant_tx(database.scope(tenant)) as session:
        sealed = vault.of(session).seal("t", "c", row, PHONE)
    with gateway.process_tx() as connection:
        assert found.of_any(connection, tenant).open("t", "c", row, sealed) == PHONE
    with (
        database.door(Login.RELAY).process_tx() as connection,
        pytest.raises(sqlalchemy.exc.ProgrammingError),
    ):
        found.forget(tenant)
        found.of_any(connection, tenant)


def test_a_process_without_keys_says_so(database: TestDatabase) -> None:
    tenant = database.open_centre("C90406")
    door = database.door()
    kept, door.vault = door.vault, None
    try:
        with pytest.raises(KeyMissing), door.tenant_tx(database.scope(tenant)) as session:
            vault.of(session)
    finally:
        door.vault = kept


def test_first_keys_need_no_second_pooled_connection(database: TestDatabase) -> None:
    """A full pool whose holders all meet a tenant without keys must not wait for itself."""
    tenant = database.open_centre("C90407")
    door = Database(database.dsn(), database.door().signer, pool_size=1, pool_timeout_s=0.5)
    door.vault = Vault(KEYRING)
    try:
        with door.tenant_tx(database.scope(tenant)) as session:
            assert vault.of(session).index(IndexedField.PHONE, PHONE)
    finally:
        door.dispose()
