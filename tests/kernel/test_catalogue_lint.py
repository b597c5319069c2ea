"""ISO-1: the live catalogue holds every rule, and each rule finds its planted violation."""

from __future__ import annotations

import psycopg
import pytest

from kernel.db.lint import RULES, findings
from tests.database import TestDatabase

PLANTED = {
    "rls_on": "alter table org_unit disable row level security",
    "rls_forced": "alter table org_unit no force row level security",
    "grant_without_policy": "grant select on org_unit to gjj_citizen",
    "policy_names_context": "create policy planted on org_unit for select to gjj_app using (tenant_id is not null)",
    "policy_check_names_context": "create policy planted on org_unit for insert to gjj_app with check (tenant_id is not null)",
    "policy_for_public": "create policy planted on org_unit using (tenant_id = (select k.cur_tenant('gjj_app')))",
    "policy_true": "create policy planted on org_unit for select to gjj_app using (true)",
    "partition_granted": "grant select on audit_event_p202611 to gjj_app",
    "materialised_view": "create materialized view planted as select * from org_unit",
    "view_without_invoker": "create view planted as select * from org_unit",
    "definer_search_path": "create function k.planted(p_tenant uuid) returns int language sql security definer as 'select 1'",
    "definer_owner": "create function k.planted(p_tenant uuid) returns int language sql security definer set search_path = k, pg_temp as 'select 1'",
    "definer_tenant_first": "create function k.planted(p_x uuid) returns int language sql security definer set search_path = k, pg_temp as 'select 1'",
    "function_public": "create function k.planted() returns int language sql as 'select 1'",
    "table_public": "grant select on org_unit to public",
    "role_powers": "alter role gjj_app bypassrls",
    "role_owns": "create table planted (tenant_id uuid, id uuid, primary key (tenant_id, id)); alter table planted owner to gjj_app",
    "role_creates": "grant create on schema public to gjj_app",
    "role_dangerous_grant": "grant truncate on org_unit to gjj_app",
    "role_inherits": "grant gjj_province_reader to gjj_web with inherit true",
    "key_without_tenant": "create unique index planted on org_unit (code, tenant_id)",
    "foreign_key_without_tenant": "alter table org_unit add unique (id); alter table membership add constraint planted foreign key (unit_id) references org_unit (id)",
    "foreign_key_without_index": "drop index ix_membership_unit",
    "tenant_table_without_key": "create table planted (tenant_id uuid, id uuid primary key)",
    "sequence": "create sequence planted",
    "trigger": "create function planted() returns trigger language plpgsql as 'begin return new; end';"
    " create trigger planted before insert on org_unit for each row execute function planted()",
    "audit_writable": "grant delete on audit_event to gjj_worker",
    "personal_plain": "alter table membership add column phone text",
    "role_without_limits": "alter role gjj_web reset lock_timeout",
}


def _codes(connection: psycopg.Connection) -> set[str]:
    return {finding.rule for finding in findings(connection)}


def test_the_live_catalogue_is_clean(database: TestDatabase) -> None:
    with psycopg.connect(database.superuser_dsn) as connection:
        assert findings(connection) == []


def test_a_run_time_role_can_ask_itself(database: TestDatabase) -> None:
    with psycopg.connect(database.dsn()) as connection:
        assert findings(connection) == []


def test_every_rule_has_a_planted_violation() -> None:
    assert set(PLANTED) == {rule.code for rule in RULES}


@pytest.mark.parametrize("rule", sorted(PLANTED))
def test_a_planted_violation_is_found(database: TestDatabase, rule: str) -> None:
    with psycopg.connect(database.superuser_dsn) as connection:
        connection.execute(PLANTED[rule].encode())
        assert rule in _codes(connection)
        connection.rollback()
