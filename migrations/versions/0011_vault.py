"""The vault: each tenant's wrapped keys. Citizens may leave work in the outbox of the tenant they entered.

Revision ID: 0011
Revises: 0010
"""

from __future__ import annotations

from migrations import ddl_v1 as ddl

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

FUNCTIONS = """
create table k.tenant_key (
    tenant_id uuid not null references k.tenant (id),
    purpose text not null check (purpose in ('data', 'index')),
    version integer not null check (version > 0),
    wrapped bytea not null,
    made_at timestamptz not null default now(),
    primary key (tenant_id, purpose, version)
);

-- Who may fetch wrapped keys: the tenant itself, the tenants above it (the province seals codes for the centre that pays), the gateway.
create function k.may_hold_keys(p_tenant uuid, p_of uuid) returns boolean
language plpgsql stable security definer set search_path = k, pg_temp as $$
begin
    if session_user = 'gjj_gateway' then return true; end if;
    perform k.require_tenant(p_tenant);
    return exists (select 1 from k.tenant t where t.id = p_of and t.line @> array[p_tenant]);
end $$;

create function k.keys_of(p_tenant uuid, p_of uuid) returns table (purpose text, version integer, wrapped bytea)
language plpgsql stable security definer set search_path = k, pg_temp as $$
begin
    if not k.may_hold_keys(p_tenant, p_of) then
        raise exception 'not in the scope of this tenant' using errcode = '42501';
    end if;
    return query select x.purpose, x.version, x.wrapped from k.tenant_key x where x.tenant_id = p_of order by x.purpose, x.version;
end $$;

-- The first one to put a version wins; the answer is what is kept.
create function k.key_put(p_tenant uuid, p_of uuid, p_purpose text, p_version integer, p_wrapped bytea) returns bytea
language plpgsql volatile security definer set search_path = k, pg_temp as $$
declare v_kept bytea;
begin
    if not k.may_hold_keys(p_tenant, p_of) then
        raise exception 'not in the scope of this tenant' using errcode = '42501';
    end if;
    insert into k.tenant_key (tenant_id, purpose, version, wrapped) values (p_of, p_purpose, p_version, p_wrapped)
        on conflict do nothing;
    select x.wrapped into v_kept from k.tenant_key x
     where x.tenant_id = p_of and x.purpose = p_purpose and x.version = p_version;
    return v_kept;
end $$;
"""
HOLDERS = ("gjj_app", "gjj_citizen", "gjj_gateway")


def upgrade() -> None:
    ddl.run(FUNCTIONS)
    ddl.private_table("k.tenant_key", "gjj_kernel", ("select", "insert"))
    ddl.function("k.may_hold_keys(uuid, uuid)", "gjj_kernel", ())
    ddl.function("k.keys_of(uuid, uuid)", "gjj_kernel", HOLDERS)
    ddl.function("k.key_put(uuid, uuid, text, integer, bytea)", "gjj_kernel", HOLDERS)
    for table in ("outbox_event", "job_key"):
        ddl.run(
            f"create policy {table}_insert_gjj_citizen on {table} for insert to gjj_citizen"
            " with check (tenant_id = (select k.cur_tenant('gjj_citizen', true)));"
            f"grant insert on {table} to gjj_citizen"
        )


def downgrade() -> None:
    for table in ("outbox_event", "job_key"):
        ddl.run(
            f"drop policy {table}_insert_gjj_citizen on {table}; revoke insert on {table} from gjj_citizen"
        )
    ddl.run(
        "drop function k.key_put(uuid, uuid, text, integer, bytea); drop function k.keys_of(uuid, uuid);"
        "drop function k.may_hold_keys(uuid, uuid); drop table k.tenant_key"
    )
