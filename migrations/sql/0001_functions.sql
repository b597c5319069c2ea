-- Functions over the tables of the kernel: the queue's relay and the audit chain.

create function k.outbox_due_tenants(p_limit integer) returns setof uuid
language sql volatile security definer set search_path = k, public, pg_temp as $$
    select o.tenant_id from public.outbox_event o
     where o.state in ('ready', 'leased') and o.due_at <= clock_timestamp()
       and exists (select 1 from k.tenant t where t.id = o.tenant_id and t.status not in ('suspended', 'closed'))
     group by o.tenant_id order by min(o.due_at) limit p_limit $$;

create function k.outbox_next_due() returns timestamptz
language sql volatile security definer set search_path = k, public, pg_temp as $$
    select min(o.due_at) from public.outbox_event o where o.state in ('ready', 'leased') $$;

-- A lease is a row's own due time moved on: an expired lease is simply due again. The token fences the former holder out.
create function k.outbox_claim(p_tenant uuid, p_limit integer, p_lease_s integer, p_token uuid)
returns table (id uuid, name text, attempts integer)
language sql volatile security definer set search_path = k, public, pg_temp as $$
    with due as (
        select o.tenant_id, o.id from public.outbox_event o
         where o.tenant_id = p_tenant and o.state in ('ready', 'leased') and o.due_at <= clock_timestamp()
         order by o.due_at limit p_limit for update skip locked)
    update public.outbox_event o set state = 'leased', token = p_token, attempts = o.attempts + 1,
           due_at = clock_timestamp() + make_interval(secs => p_lease_s)
      from due where o.tenant_id = due.tenant_id and o.id = due.id
    returning o.id, o.name, o.attempts $$;

-- The only writer of the chain. The byte layout is that of kernel/audit/chain.py; searchable columns are read from the very bytes.
create function k.audit_append(p_tenant uuid, p_body bytea) returns bigint
language plpgsql volatile security definer set search_path = k, public, pg_temp as $$
declare
    v_seq bigint; v_prev bytea; v_hash bytea; j jsonb := convert_from(p_body, 'UTF8')::jsonb;
begin
    perform k.require_tenant(p_tenant);
    insert into public.audit_head as h (tenant_id, id, seq, head_hash) values (p_tenant, p_tenant, 0, decode(repeat('00', 32), 'hex'))
        on conflict (tenant_id, id) do nothing;
    select h.seq, h.head_hash into v_seq, v_prev from public.audit_head h where h.tenant_id = p_tenant for update;
    v_seq := v_seq + 1;
    v_hash := sha256(int4send(12) || convert_to('gjj.audit.v1', 'UTF8') || int4send(16) || uuid_send(p_tenant)
        || int4send(8) || int8send(v_seq) || int4send(32) || v_prev || int4send(octet_length(p_body)) || p_body);
    insert into public.audit_event (tenant_id, id, seq, prev_hash, entry_hash, body, at, actor, actor_name, action, object_kind,
        object_id, summary, request_id)
    values (p_tenant, uuidv7(), v_seq, v_prev, v_hash, p_body, (j ->> 'at')::timestamptz, j ->> 'actor', j ->> 'actor_name',
        j ->> 'action', j ->> 'object_kind', j ->> 'object_id', j ->> 'summary', coalesce(j ->> 'request_id', ''));
    update public.audit_head h set seq = v_seq, head_hash = v_hash, changed_at = clock_timestamp() where h.tenant_id = p_tenant;
    return v_seq;
end $$;
