-- Checkpoints over the heads of all chains (kernel/audit/checkpoint.py has the bytes). Owner of the functions: gjj_audit_writer, which may
-- add rows and never change or remove one. A leaf names its chain and not a tenant: undoing a tenant must not take away the leaves on
-- which the proofs of the others stand.

create table k.audit_key (
    key_id text primary key,
    public bytea not null check (octet_length(public) = 32),
    first_used_at timestamptz not null default clock_timestamp()
);

create table k.checkpoint (
    number bigint primary key check (number > 0),
    at timestamptz not null,
    body bytea not null check (octet_length(body) = 135),
    signature bytea not null check (octet_length(signature) = 64),
    key_id text not null references k.audit_key (key_id)
);

-- A row only where the head moved: the heads under checkpoint n are each chain's newest leaf up to n.
create table k.checkpoint_leaf (
    chain_id uuid not null,
    number bigint not null references k.checkpoint (number),
    size bigint not null check (size > 0),
    head_hash bytea not null check (octet_length(head_hash) = 32),
    sealed_on date not null,
    primary key (chain_id, number),
    unique (chain_id, size)
);
create index ix_checkpoint_leaf_number on k.checkpoint_leaf (number);
create index ix_checkpoint_leaf_day on k.checkpoint_leaf (chain_id, sealed_on, number);

create table k.audit_alarm (
    chain_id uuid not null,
    found_at timestamptz not null default clock_timestamp(),
    seq bigint not null,
    reason_zh text not null,
    ended_at timestamptz,
    primary key (chain_id, found_at)
);

-- Bytes as in kernel/audit/merkle.py.
create function k.head_leaf_hash(p_chain uuid, p_size bigint, p_head bytea) returns bytea language sql immutable as $$
    select sha256('\x00'::bytea || int4send(17) || convert_to('gjj.audit.head.v1', 'UTF8') || int4send(16) || uuid_send(p_chain)
        || int4send(8) || int8send(p_size) || int4send(32) || p_head) $$;

-- The hashes beside the path from leaf p_place (0 is the first) to the root, lowest first, and the root as the last element.
create function k.merkle_path(p_hashes bytea[], p_place integer) returns bytea[] language plpgsql immutable as $$
declare v bytea[] := p_hashes; up bytea[]; path bytea[] := '{}'; i integer := p_place; n integer := cardinality(p_hashes);
begin
    if n = 0 then return array[sha256(''::bytea)]; end if;
    while n > 1 loop
        if (i # 1) < n then path := array_append(path, v[(i # 1) + 1]); end if;
        up := '{}';
        for j in 1 .. n / 2 loop
            up := array_append(up, sha256('\x01'::bytea || v[2 * j - 1] || v[2 * j]));
        end loop;
        if n % 2 = 1 then up := array_append(up, v[n]); end if;
        v := up; n := cardinality(v); i := i / 2;
    end loop;
    return array_append(path, v[1]);
end $$;

-- The heads under a checkpoint: one index probe for each chain, however long its history.
create function k.leaves_at(p_number bigint) returns table (chain_id uuid, size bigint, head_hash bytea) language sql stable as $$
    with recursive chain (id) as (
        (select l.chain_id from k.checkpoint_leaf l order by l.chain_id limit 1)
        union all
        select (select l.chain_id from k.checkpoint_leaf l where l.chain_id > c.id order by l.chain_id limit 1)
          from chain c where c.id is not null)
    select n.chain_id, n.size, n.head_hash from chain c
     cross join lateral (select l.chain_id, l.size, l.head_hash from k.checkpoint_leaf l
                          where l.chain_id = c.id and l.number <= p_number order by l.number desc limit 1) n
     where c.id is not null order by n.chain_id $$;

create function k.require_province(p_tenant uuid) returns void language plpgsql stable as $$
begin
    if not exists (select 1 from k.tenant t where t.id = p_tenant and t.kind = 'province') then
        raise exception 'only in the name of the province' using errcode = '42501';
    end if;
end $$;

-- For the sealer, in order of ids after p_tenant: where each chain ends now and where the newest checkpoint saw it end.
create function k.seal_heads(p_tenant uuid, p_limit integer)
returns table (chain_id uuid, province_id uuid, size bigint, head_hash bytea, sealed_size bigint, sealed_hash bytea, alarmed boolean)
language sql stable security definer set search_path = k, public, pg_temp as $$
    select coalesce(h.tenant_id, s.chain_id), t.line[array_upper(t.line, 1)], h.seq, h.head_hash, s.size, s.head_hash,
           exists (select 1 from k.audit_alarm a where a.chain_id = coalesce(h.tenant_id, s.chain_id) and a.ended_at is null)
      from (select a.tenant_id, a.seq, a.head_hash from public.audit_head a where a.seq > 0) h
      full join k.leaves_at(9223372036854775807) s on s.chain_id = h.tenant_id
      left join k.tenant t on t.id = coalesce(h.tenant_id, s.chain_id)
     where coalesce(h.tenant_id, s.chain_id) > p_tenant order by 1 limit p_limit $$;

-- Everything that lies between two positions of a chain, doubles included.
create function k.seal_entries(p_tenant uuid, p_after bigint, p_upto bigint)
returns table (seq bigint, prev_hash bytea, body bytea, entry_hash bytea)
language sql stable security definer set search_path = k, public, pg_temp as $$
    select e.seq, e.prev_hash, e.body, e.entry_hash from public.audit_event e
     where e.tenant_id = p_tenant and e.seq > p_after and e.seq <= p_upto order by e.seq, e.id $$;

-- Signed checkpoints after a number; the newest one alone when the number is left out.
create function k.seal_checkpoints(p_tenant uuid, p_after bigint, p_limit integer)
returns table (number bigint, body bytea, signature bytea, key_id text, public bytea)
language plpgsql stable security definer set search_path = k, public, pg_temp as $$
begin
    perform k.require_province(p_tenant);
    return query select c.number, c.body, c.signature, c.key_id, y.public from k.checkpoint c join k.audit_key y on y.key_id = c.key_id
     where c.number > coalesce(p_after, (select max(m.number) - 1 from k.checkpoint m)) order by c.number limit p_limit;
end $$;

-- Stores the next checkpoint with the heads that moved. Refuses another number, another predecessor, a chain that does not grow, and
-- heads that do not give the signed root.
create function k.checkpoint_store(p_tenant uuid, p_body bytea, p_signature bytea, p_public bytea, p_chains uuid[], p_sizes bigint[],
    p_heads bytea[]) returns bigint
language plpgsql volatile security definer set search_path = k, public, pg_temp as $$
declare
    v_last k.checkpoint; v_number bigint; v_at timestamptz; v_path bytea[]; v_leaves bigint;
    v_key text := left(encode(sha256(p_public), 'hex'), 16);
begin
    perform k.require_province(p_tenant);
    perform pg_advisory_xact_lock(hashtext('k.checkpoint'));
    select c.* into v_last from k.checkpoint c order by c.number desc limit 1;
    v_number := coalesce(v_last.number, 0) + 1;
    if octet_length(p_body) <> 135 or substring(p_body from 32 for 8) <> int8send(v_number)
        or substring(p_body from 104 for 32) <> coalesce(sha256(v_last.body), decode(repeat('00', 32), 'hex')) then
        raise exception 'not the checkpoint that comes next' using errcode = '40001';
    end if;
    if exists (select 1 from unnest(p_chains, p_sizes) n (chain_id, size)
                 join k.leaves_at(v_number) o on o.chain_id = n.chain_id where o.size >= n.size) then
        raise exception 'a chain does not grow' using errcode = '22023';
    end if;
    v_at := timestamptz '1970-01-01 00:00:00+00' + (substring(p_body from 44 for 8))::bigint * interval '1 microsecond';
    insert into k.audit_key (key_id, public) values (v_key, p_public) on conflict on constraint audit_key_pkey do nothing;
    insert into k.checkpoint (number, at, body, signature, key_id) values (v_number, v_at, p_body, p_signature, v_key);
    insert into k.checkpoint_leaf (chain_id, number, size, head_hash, sealed_on)
    select n.chain_id, v_number, n.size, n.head_hash, (v_at at time zone 'Asia/Shanghai')::date
      from unnest(p_chains, p_sizes, p_heads) n (chain_id, size, head_hash);
    select count(*), k.merkle_path(coalesce(array_agg(k.head_leaf_hash(l.chain_id, l.size, l.head_hash) order by l.chain_id), '{}'), 0)
      into v_leaves, v_path from k.leaves_at(v_number) l;
    if substring(p_body from 56 for 8) <> int8send(v_leaves)
        or substring(p_body from 68 for 32) <> v_path[cardinality(v_path)] then
        raise exception 'the heads do not give the signed root' using errcode = '22023';
    end if;
    return v_number;
end $$;

-- What the sealer found in a chain: a reason raises an alarm (true when it is new), no reason ends those that are open.
create function k.seal_verdict(p_tenant uuid, p_seq bigint, p_reason_zh text) returns boolean
language plpgsql volatile security definer set search_path = k, public, pg_temp as $$
begin
    if p_reason_zh is null then
        update k.audit_alarm a set ended_at = clock_timestamp() where a.chain_id = p_tenant and a.ended_at is null;
        return found;
    end if;
    insert into k.audit_alarm (chain_id, seq, reason_zh) select p_tenant, p_seq, p_reason_zh
     where not exists (select 1 from k.audit_alarm a
                        where a.chain_id = p_tenant and a.ended_at is null and a.seq = p_seq and a.reason_zh = p_reason_zh);
    return found;
end $$;

-- For a tenant: the signed checkpoints named (the newest when none is), its own head and the sibling hashes up to the root. Of the others
-- it learns how many there are, as the signed bytes say, and nothing else.
create function k.checkpoint_extract(p_tenant uuid, p_numbers bigint[] default null)
returns table (number bigint, body bytea, signature bytea, key_id text, public bytea, size bigint, head_hash bytea, place integer,
    proof bytea[])
language plpgsql stable security definer set search_path = k, public, pg_temp as $$
declare c record; v_hashes bytea[];
begin
    perform k.require_tenant(p_tenant);
    for c in select i.number, i.body, i.signature, i.key_id, y.public from k.checkpoint i join k.audit_key y on y.key_id = i.key_id
              where i.number = any (coalesce(p_numbers, array[(select max(m.number) from k.checkpoint m)])) order by i.number
    loop
        select array_agg(k.head_leaf_hash(l.chain_id, l.size, l.head_hash) order by l.chain_id),
               count(*) filter (where l.chain_id < p_tenant),
               (array_agg(l.size) filter (where l.chain_id = p_tenant))[1],
               (array_agg(l.head_hash) filter (where l.chain_id = p_tenant))[1]
          into v_hashes, place, size, head_hash from k.leaves_at(c.number) l;
        continue when size is null;
        number := c.number; body := c.body; signature := c.signature; key_id := c.key_id; public := c.public;
        proof := k.merkle_path(v_hashes, place);
        proof := proof[1 : cardinality(proof) - 1];
        return next;
    end loop;
end $$;

-- The first checkpoint that covers an event of the tenant; null while none does.
create function k.checkpoint_covering(p_tenant uuid, p_seq bigint) returns bigint
language plpgsql stable security definer set search_path = k, public, pg_temp as $$
begin
    perform k.require_tenant(p_tenant);
    return (select l.number from k.checkpoint_leaf l where l.chain_id = p_tenant and l.size >= p_seq order by l.size limit 1);
end $$;

-- The first checkpoint of each day on which the tenant's chain grew, and the last one that saw it grow.
create function k.checkpoint_days(p_tenant uuid) returns table (number bigint, sealed_on date)
language plpgsql stable security definer set search_path = k, public, pg_temp as $$
begin
    perform k.require_tenant(p_tenant);
    return query
        with recursive day (number, sealed_on) as (
            (select l.number, l.sealed_on from k.checkpoint_leaf l where l.chain_id = p_tenant order by l.sealed_on, l.number limit 1)
            union all
            select n.number, n.sealed_on from day d cross join lateral (
                select l.number, l.sealed_on from k.checkpoint_leaf l where l.chain_id = p_tenant and l.sealed_on > d.sealed_on
                 order by l.sealed_on, l.number limit 1) n)
        select d.number, d.sealed_on from day d
        union
        (select l.number, l.sealed_on from k.checkpoint_leaf l where l.chain_id = p_tenant order by l.number desc limit 1)
        order by 1;
end $$;

-- The bytes of checkpoints as they lie here now, to be compared with a tenant's own copies.
create function k.checkpoint_bodies(p_tenant uuid, p_numbers bigint[]) returns table (number bigint, body bytea)
language plpgsql stable security definer set search_path = k, public, pg_temp as $$
begin
    perform k.require_tenant(p_tenant);
    return query select c.number, c.body from k.checkpoint c where c.number = any (p_numbers);
end $$;

create function k.audit_alarms(p_tenant uuid) returns table (found_at timestamptz, seq bigint, reason_zh text)
language plpgsql stable security definer set search_path = k, public, pg_temp as $$
begin
    perform k.require_tenant(p_tenant);
    return query select a.found_at, a.seq, a.reason_zh from k.audit_alarm a
     where a.chain_id = p_tenant and a.ended_at is null order by a.found_at;
end $$;
