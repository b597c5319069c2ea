-- Schema k: what the database itself holds. Private tables (no run-time role has a right on them) and the functions that read them.
-- Owner of tables: gjj_owner. Owner of functions: gjj_kernel (audit: gjj_audit_writer), so that a function is never its table's owner.

create table k.ctx_key (
    id text primary key,
    key bytea not null,
    created_at timestamptz not null default now()
);

create table k.tenant (
    id uuid primary key,
    code text not null unique,
    parent_id uuid references k.tenant (id),
    kind text not null check (kind in ('province', 'centre', 'sub_centre')),
    status text not null check (status in ('preparing', 'active', 'read_only', 'suspended', 'closed')),
    epoch bigint not null default 1,
    name_zh text not null,
    short_name_zh text not null,
    independent boolean not null default false,
    fictional boolean not null default false,
    twin_of uuid references k.tenant (id),
    line uuid[] not null,
    opened_at timestamptz not null default now(),
    check ((kind = 'province') = (parent_id is null))
);
create index ix_tenant_parent_id on k.tenant (parent_id);
create index ix_tenant_line on k.tenant using gin (line);
create unique index uq_tenant_twin_of on k.tenant (twin_of) where twin_of is not null;

-- A code is never used twice, not even after its tenant was undone (decision D1).
create table k.retired_code (code text primary key, retired_at timestamptz not null default now());

-- What must be found before the tenant is known (decision D5): one exact key in, that key's posts out.
create table k.directory_entry (
    kind text not null,
    key_hash bytea not null check (octet_length(key_hash) = 32),
    tenant_id uuid not null references k.tenant (id),
    ref_id uuid not null,
    created_at timestamptz not null default now(),
    primary key (kind, key_hash, tenant_id, ref_id)
);
create index ix_directory_entry_ref on k.directory_entry (tenant_id, ref_id);

-- The verified context, whatever its role: for functions only.
create function k.ctx() returns text[] language plpgsql stable security definer parallel restricted
set search_path = k, pg_temp as $$
declare
    s text := current_setting('app.ctx', true);
    p text[];
    v_key bytea;
begin
    if s is null or s = '' then return null; end if;
    p := string_to_array(s, '|');
    select c.key into v_key from k.ctx_key c where c.id = p[1];
    if v_key is null or array_length(p, 1) <> 6 or p[6] is distinct from encode(
        sha256(v_key || sha256(v_key || convert_to(array_to_string(p[1:5], '|') || '|' || pg_backend_pid(), 'UTF8'))), 'hex')
        or p[5]::bigint < extract(epoch from clock_timestamp())
    then raise exception 'bad tenant context' using errcode = '42501'; end if;
    return p;
end $$;

-- The tenant, if the signed role is the one that the policy names; with p_write also only where the tenant may be written.
create function k.cur_tenant(p_role text, p_write boolean default false) returns uuid
language plpgsql stable security definer parallel restricted set search_path = k, pg_temp as $$
declare
    p text[] := k.ctx();
    v_status text;
begin
    if p is null or p[3] <> p_role then return null; end if;
    select t.status into v_status from k.tenant t where t.id = p[2]::uuid;
    if v_status is null or v_status in ('suspended', 'closed') then
        raise exception 'tenant is not open' using errcode = '42501';
    end if;
    if p_write and v_status = 'read_only' then
        raise exception 'tenant is read only' using errcode = '25006';
    end if;
    return p[2]::uuid;
end $$;

create function k.cur_subject(p_role text) returns text language plpgsql stable security definer parallel restricted
set search_path = k, pg_temp as $$
declare p text[] := k.ctx();
begin
    if p is null or p[3] <> p_role then return null; end if;
    return p[4];
end $$;

-- From the tenant up to the province.
create function k.cur_line(p_role text) returns uuid[] language sql stable security definer parallel restricted
set search_path = k, pg_temp as $$ select t.line from k.tenant t where t.id = k.cur_tenant(p_role) $$;

create function k.require_tenant(p_tenant uuid) returns void language plpgsql stable security definer
set search_path = k, pg_temp as $$
declare p text[] := k.ctx();
begin
    if p is null or p_tenant is null or p[2]::uuid <> p_tenant then
        raise exception 'not in the scope of this tenant' using errcode = '42501';
    end if;
end $$;

-- Opening a tenant: by the province above it, or by nobody when it is the first.
create function k.tenant_open(p_tenant uuid, p_id uuid, p_code text, p_parent uuid, p_kind text, p_name_zh text,
    p_short_name_zh text, p_independent boolean, p_fictional boolean, p_twin_of uuid)
returns boolean language plpgsql volatile security definer set search_path = k, pg_temp as $$
declare v_line uuid[]; v_new boolean;
begin
    perform k.require_tenant(p_tenant);
    select t.line into v_line from k.tenant t where t.id = p_parent and t.line @> array[p_tenant];
    if v_line is null or p_kind not in ('centre', 'sub_centre') then
        raise exception 'parent is not below this tenant' using errcode = '42501';
    end if;
    if exists (select 1 from k.retired_code r where r.code = p_code) then
        raise exception 'code was used before' using errcode = '23505';
    end if;
    insert into k.tenant (id, code, parent_id, kind, status, name_zh, short_name_zh, independent, fictional, twin_of, line)
    values (p_id, p_code, p_parent, p_kind, 'preparing', p_name_zh, p_short_name_zh, p_independent, p_fictional, p_twin_of,
        p_id || v_line)
    on conflict (id) do nothing;
    get diagnostics v_new = row_count;
    return v_new;
end $$;

create function k.tenant_set_status(p_tenant uuid, p_id uuid, p_status text) returns boolean
language plpgsql volatile security definer set search_path = k, pg_temp as $$
declare n integer;
begin
    perform k.require_tenant(p_tenant);
    update k.tenant t set status = p_status, epoch = t.epoch + 1
     where t.id = p_id and t.line @> array[p_tenant] and t.status <> p_status;
    get diagnostics n = row_count;
    return n = 1;
end $$;

-- Names may change (a centre is renamed by its city); codes and ids never do.
create function k.tenant_rename(p_tenant uuid, p_id uuid, p_name_zh text, p_short_name_zh text) returns boolean
language plpgsql volatile security definer set search_path = k, pg_temp as $$
declare n integer;
begin
    perform k.require_tenant(p_tenant);
    update k.tenant t set name_zh = p_name_zh, short_name_zh = p_short_name_zh
     where t.id = p_id and t.line @> array[p_tenant] and (t.name_zh, t.short_name_zh) is distinct from (p_name_zh, p_short_name_zh);
    get diagnostics n = row_count;
    return n = 1;
end $$;

-- The tenant's line and everything below it: names and states, no rows of theirs.
create function k.tenant_tree(p_tenant uuid)
returns table (id uuid, code text, parent_id uuid, kind text, status text, epoch bigint, name_zh text, short_name_zh text,
    independent boolean, fictional boolean, twin_of uuid, opened_at timestamptz)
language plpgsql stable security definer set search_path = k, pg_temp as $$
begin
    perform k.require_tenant(p_tenant);
    return query select t.id, t.code, t.parent_id, t.kind, t.status, t.epoch, t.name_zh, t.short_name_zh, t.independent,
        t.fictional, t.twin_of, t.opened_at
    from k.tenant t
    where t.line @> array[p_tenant] or t.id = any (select unnest(o.line) from k.tenant o where o.id = p_tenant);
end $$;

-- Exact code → tenant: public pages, job envelopes, commands. Names of public bodies are public.
create function k.tenant_by_code(p_code text)
returns table (id uuid, code text, parent_id uuid, kind text, status text, name_zh text, short_name_zh text, fictional boolean,
    twin_of uuid)
language sql stable security definer set search_path = k, pg_temp as $$
    select t.id, t.code, t.parent_id, t.kind, t.status, t.name_zh, t.short_name_zh, t.fictional, t.twin_of
    from k.tenant t where t.code = p_code $$;

create function k.tenant_by_id(p_tenant uuid)
returns table (id uuid, code text, parent_id uuid, kind text, status text, name_zh text, short_name_zh text, fictional boolean,
    twin_of uuid)
language sql stable security definer set search_path = k, pg_temp as $$
    select t.id, t.code, t.parent_id, t.kind, t.status, t.name_zh, t.short_name_zh, t.fictional, t.twin_of
    from k.tenant t where t.id = p_tenant $$;

create function k.directory_find(p_kind text, p_key_hash bytea) returns table (tenant_id uuid, ref_id uuid)
language sql stable security definer set search_path = k, pg_temp as $$
    select d.tenant_id, d.ref_id from k.directory_entry d where d.kind = p_kind and d.key_hash = p_key_hash $$;

create function k.directory_put(p_tenant uuid, p_kind text, p_key_hash bytea, p_ref_id uuid) returns void
language plpgsql volatile security definer set search_path = k, pg_temp as $$
begin
    perform k.require_tenant(p_tenant);
    insert into k.directory_entry (kind, key_hash, tenant_id, ref_id) values (p_kind, p_key_hash, p_tenant, p_ref_id)
    on conflict do nothing;
end $$;

create function k.directory_drop(p_tenant uuid, p_ref_id uuid) returns void
language plpgsql volatile security definer set search_path = k, pg_temp as $$
begin
    perform k.require_tenant(p_tenant);
    delete from k.directory_entry d where d.tenant_id = p_tenant and d.ref_id = p_ref_id;
end $$;
