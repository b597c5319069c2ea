"""Kept files: a row for each, the tenant's sum of bytes and its cap.

Revision ID: 0018
Revises: 0017
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations import ddl_v1 as ddl

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

RIGHTS = ("select", "insert")

# 500 GiB for each tenant until somebody says otherwise (our figure).
FUNCTIONS = """
create table k.file_usage (
    tenant_id uuid primary key references k.tenant (id),
    files bigint not null default 0 check (files >= 0),
    bytes bigint not null default 0 check (bytes >= 0),
    cap_bytes bigint not null default 536870912000 check (cap_bytes >= 0)
);

-- A row is added uncounted; counting happens here only, once for each row, so that nobody can count less than is kept.
create policy stored_file_uncounted_gjj_app on stored_file as restrictive for insert to gjj_app
    with check (tenant_id = (select k.cur_tenant('gjj_app', true)) and not counted);
create policy stored_file_uncounted_gjj_citizen on stored_file as restrictive for insert to gjj_citizen
    with check (tenant_id = (select k.cur_tenant('gjj_citizen', true)) and not counted);

-- A citizen's files are those of the own account; everybody else of the tenant meets all of them.
create function k.file_mine(p_tenant uuid, p_account uuid) returns boolean
language plpgsql stable security definer set search_path = k, public, pg_temp as $$
declare v_citizen text := k.cur_subject('gjj_citizen');
begin
    perform k.require_tenant(p_tenant);
    return v_citizen is null or v_citizen = p_account::text;
end $$;

-- False when the tenant's space is full; the caller rolls back then.
create function k.file_count(p_tenant uuid, p_file uuid) returns boolean
language plpgsql volatile security definer set search_path = k, public, pg_temp as $$
declare v_size bigint;
begin
    perform k.require_tenant(p_tenant);
    update public.stored_file f set counted = true
     where f.tenant_id = p_tenant and f.id = p_file and not f.counted and k.file_mine(p_tenant, f.account_id)
    returning f.size into v_size;
    if v_size is null then return false; end if;
    insert into k.file_usage (tenant_id) values (p_tenant) on conflict do nothing;
    update k.file_usage u set files = u.files + 1, bytes = u.bytes + v_size
     where u.tenant_id = p_tenant and u.bytes + v_size <= u.cap_bytes;
    return found;
end $$;

create function k.file_drop(p_tenant uuid, p_file uuid) returns boolean
language plpgsql volatile security definer set search_path = k, public, pg_temp as $$
declare v_size bigint; v_counted boolean;
begin
    perform k.require_tenant(p_tenant);
    if coalesce(k.cur_tenant('gjj_app', true), k.cur_tenant('gjj_citizen', true)) is null then
        raise exception 'not allowed to drop files' using errcode = '42501';
    end if;
    delete from public.stored_file f
     where f.tenant_id = p_tenant and f.id = p_file and k.file_mine(p_tenant, f.account_id)
    returning f.size, f.counted into v_size, v_counted;
    if v_size is null then return false; end if;
    if v_counted then
        update k.file_usage u set files = u.files - 1, bytes = u.bytes - v_size where u.tenant_id = p_tenant;
    end if;
    return true;
end $$;

create function k.file_usage_of(p_tenant uuid) returns table (files bigint, bytes bigint, cap_bytes bigint)
language plpgsql stable security definer set search_path = k, public, pg_temp as $$
begin
    perform k.require_tenant(p_tenant);
    return query select u.files, u.bytes, u.cap_bytes from k.file_usage u where u.tenant_id = p_tenant;
end $$;

create policy stored_file_kernel on stored_file for all to gjj_kernel using (true) with check (true);
grant select, update, delete on stored_file to gjj_kernel;
"""
CALLERS = {
    "k.file_mine(uuid, uuid)": (),
    "k.file_count(uuid, uuid)": ("gjj_app", "gjj_citizen"),
    "k.file_drop(uuid, uuid)": ("gjj_app", "gjj_citizen"),
    "k.file_usage_of(uuid)": ("gjj_app",),
}


def upgrade() -> None:
    ddl.own_table(
        "stored_file",
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.CheckConstraint("octet_length(sha256) = 32 and size > 0", name="ck_stored_file_content"),
        rights=RIGHTS,
    )
    op.create_index("ix_stored_file_account_id", "stored_file", ["tenant_id", "account_id", "kept_at"])
    ddl.citizen_rows("stored_file", "account_id", RIGHTS)
    ddl.run(FUNCTIONS)
    ddl.private_table("k.file_usage", "gjj_kernel", ("select", "insert", "update"))
    for signature, callers in CALLERS.items():
        ddl.function(signature, "gjj_kernel", callers)


def downgrade() -> None:
    for signature in reversed(CALLERS):
        ddl.run(f"drop function {signature}")
    ddl.run("drop table k.file_usage")
    op.drop_table("stored_file")
