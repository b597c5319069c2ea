-- As in 0001, for going back. The only writer of the chain. The byte layout is that of kernel/audit/chain.py; searchable columns are read from the very bytes.
create or replace function k.audit_append(p_tenant uuid, p_body bytea) returns bigint
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
