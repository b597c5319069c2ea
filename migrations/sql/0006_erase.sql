-- Undoing a city (docs/decisions/0003-undo-of-a-city.md).

create function k.codes_retired(p_tenant uuid, p_codes text[]) returns boolean
language plpgsql stable security definer set search_path = k, pg_temp as $$
begin
    perform k.require_tenant(p_tenant);
    return exists (select 1 from k.retired_code r where r.code = any (p_codes));
end $$;

-- Whether a tenant below the province is still so young that it may be undone.
create function k.tenant_erasable(p_tenant uuid, p_id uuid) returns boolean
language plpgsql stable security definer set search_path = k, pg_temp as $$
begin
    perform k.require_tenant(p_tenant);
    return exists (
        select 1 from k.tenant t where t.id = p_id and t.id <> p_tenant and t.line @> array[p_tenant]
           and (t.status = 'preparing' or t.opened_at > clock_timestamp() - interval '7 days')
           and exists (select 1 from k.tenant p where p.id = p_tenant and p.kind = 'province'));
end $$;

-- Each tenant table gets one policy for gjj_kernel, open only while k.tenant_erase names a tenant. Run by the schema's owner.
create function k.secure_erasure() returns integer language plpgsql volatile set search_path = k, public, pg_temp as $$
declare v_table regclass; v_made integer := 0;
begin
    for v_table in
        select c.oid from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
         where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace in ('public'::regnamespace, 'k'::regnamespace)
           and not exists (select 1 from pg_policy p where p.polrelid = c.oid and p.polname = 'erasing')
    loop
        execute format('create policy erasing on %s for all to gjj_kernel using (tenant_id = nullif(current_setting(''app.erasing'', true), '''')::uuid)', v_table);
        execute format('grant select (tenant_id), delete on %s to gjj_kernel', v_table);
        v_made := v_made + 1;
    end loop;
    if not exists (select 1 from pg_policy p where p.polrelid = 'public.change_request'::regclass and p.polname = 'undo_approved') then
        create policy undo_approved on public.change_request for select to gjj_kernel
            using (kind = 'onboarding.undo' and state = 'executed');
        grant select (tenant_id, id, kind, state, object_id, checker_person_id) on public.change_request to gjj_kernel;
        -- The head of a chain that goes is kept in the province's own chain.
        grant select (tenant_id, seq, head_hash) on public.audit_head to gjj_kernel;
    end if;
    return v_made;
end $$;

create function k.release_erasure() returns void language plpgsql volatile set search_path = k, public, pg_temp as $$
declare v_table regclass;
begin
    drop policy undo_approved on public.change_request;
    for v_table in select p.polrelid from pg_policy p where p.polname = 'erasing'
    loop
        execute format('drop policy erasing on %s', v_table);
        if v_table <> 'k.directory_entry'::regclass then
            execute format('revoke delete on %s from gjj_kernel', v_table);
        end if;
    end loop;
end $$;
revoke all on function k.release_erasure() from public;

-- Removes a tenant that never had a life of its own, with every row it has in any table, and retires its code. Only for the province,
-- only under an undo that a second person approved, only while it is being prepared or within the undo window of seven days.
-- Returns the rows removed by table and the last head of its audit chain.
create function k.tenant_erase(p_tenant uuid, p_id uuid, p_change uuid) returns jsonb
language plpgsql volatile security definer set search_path = k, public, pg_temp as $$
declare
    v_code text; v_table regclass; v_left regclass[]; v_ready regclass[]; v_count bigint; v_rows jsonb := '{}'; v_head jsonb;
begin
    perform k.require_tenant(p_tenant);
    select t.code into v_code from k.tenant t
      where t.id = p_id and k.tenant_erasable(p_tenant, p_id)
        and exists (
            select 1 from public.change_request r
              join k.tenant city on city.code = r.object_id
             where r.tenant_id = p_tenant and r.id = p_change and r.kind = 'onboarding.undo' and r.state = 'executed'
               and (t.line @> array[city.id]
                    or exists (select 1 from k.tenant twin where twin.twin_of = city.id and t.line @> array[twin.id])))
      for update;
    if v_code is null then
        raise exception 'this tenant may not be erased' using errcode = '42501';
    end if;
    if exists (select 1 from k.tenant t where t.parent_id = p_id or t.twin_of = p_id) then
        raise exception 'tenants below or beside it come first' using errcode = '55006';
    end if;
    select array_agg(c.oid::regclass) into v_left
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
     where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace in ('public'::regnamespace, 'k'::regnamespace);
    if exists (select 1 from unnest(v_left) x(t)
                where not exists (select 1 from pg_policy p where p.polrelid = x.t and p.polname = 'erasing')) then
        raise exception 'a tenant table has no erasing policy: run k.secure_erasure()' using errcode = '55000';
    end if;
    perform set_config('app.erasing', p_id::text, true);
    select jsonb_build_object('seq', h.seq, 'hash', encode(h.head_hash, 'hex')) into v_head
      from public.audit_head h where h.tenant_id = p_id;
    while array_length(v_left, 1) > 0 loop
        -- A table goes when no other table that is left refers to it; references that are checked at the end don't count.
        select array_agg(x.t) into v_ready from unnest(v_left) x(t)
         where not exists (select 1 from pg_constraint f where f.contype = 'f' and not f.condeferrable and f.confrelid = x.t and f.conrelid <> x.t
                             and f.conrelid = any (v_left));
        if v_ready is null then
            raise exception 'tables refer to one another in a circle: %', v_left using errcode = '55000';
        end if;
        foreach v_table in array v_ready loop
            execute format('delete from %s where tenant_id = $1', v_table) using p_id;
            get diagnostics v_count = row_count;
            if v_count > 0 then
                v_rows := v_rows || jsonb_build_object(v_table::text, v_count);
            end if;
        end loop;
        select array_agg(x.t) into v_left from unnest(v_left) x(t) where not x.t = any (v_ready);
    end loop;
    perform set_config('app.erasing', '', true);
    insert into k.retired_code (code) values (v_code) on conflict do nothing;
    delete from k.tenant t where t.id = p_id;
    return jsonb_build_object('code', v_code, 'rows', v_rows, 'head', v_head);
end $$;
