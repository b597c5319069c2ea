-- The SMS accept: what one message needs to know, the province's registry of numbers, and the only way in.

-- Start-time fair queueing (decision D21): a tenant's last finish per lane, and the lane's clock that the claim moves.
create table k.sms_flow (
    tenant_id uuid not null,
    lane smallint not null check (lane between 0 and 2),
    weight double precision not null default 1 check (weight > 0),
    last_vtime double precision not null default 0,
    primary key (tenant_id, lane)
);
create table k.sms_clock (
    lane smallint primary key check (lane between 0 and 2),
    vtime double precision not null default 0
);
insert into k.sms_clock (lane, vtime) values (0, 0), (1, 0), (2, 0);

-- The lane follows from the category, and the category from the approved template: no caller can raise it.
create function k.sms_lane(p_category text) returns smallint language sql immutable parallel safe as $$
    select case p_category when 'OTP' then 0 when 'POLICY' then 2 else 1 end::smallint $$;

-- Who may be charged: the acting tenant itself; the province also charges anyone below it.
create function k.sms_payer_line(p_tenant uuid, p_payer uuid) returns uuid[]
language plpgsql stable security definer set search_path = k, pg_temp as $$
declare p k.tenant%rowtype; v_kind text;
begin
    perform k.require_tenant(p_tenant);
    select t.* into p from k.tenant t where t.id = p_payer;
    select t.kind into v_kind from k.tenant t where t.id = p_tenant;
    if p.id is null or not (p_payer = p_tenant or (v_kind = 'province' and p.line @> array[p_tenant])) then
        raise exception 'this tenant does not pay here' using errcode = '42501';
    end if;
    if p.status in ('suspended', 'closed', 'read_only') then
        raise exception 'the paying tenant is not open' using errcode = '42501';
    end if;
    return p.line;
end $$;

-- Everything that the text of one message needs: the nearest approved template of the payer's line, and its signature. `synthetic`: numbers
-- of invented persons may be written to (decision D36).
create function k.sms_terms(p_tenant uuid, p_payer uuid, p_code text)
returns table (template_id uuid, number integer, name_zh text, category text, never_stopped boolean, body_zh text, variables jsonb,
    style text, own_zh text, suffix_zh text, province_zh text, is_province boolean, short_name_zh text, synthetic boolean)
language plpgsql stable security definer set search_path = k, public, pg_temp as $$
declare v_line uuid[] := k.sms_payer_line(p_tenant, p_payer); v_province uuid := v_line[array_length(v_line, 1)];
begin
    return query
    select w.id, w.number, w.name_zh::text, w.category::text, w.never_stopped, w.body_zh::text, w.variables,
           g.style::text, g.text_zh::text, g.suffix_zh::text,
           (select s.text_zh::text from public.sms_signature s where s.tenant_id = v_province order by s.number desc limit 1),
           p_payer = v_province, (select t.short_name_zh from k.tenant t where t.id = p_payer),
           exists (select 1 from k.tenant t where t.id = any (v_line) and (t.fictional or t.twin_of is not null))
      from (select t.* from unnest(v_line) with ordinality l(id, place)
             cross join lateral (select x.* from public.sms_template x where x.tenant_id = l.id and x.code = p_code
                                  order by x.number desc limit 1) t
             where t.state <> 'inherited' order by l.place limit 1) w
      left join lateral (select s.* from public.sms_signature s where s.tenant_id = p_payer order by s.number desc limit 1) g on true
     where w.state = 'published';
end $$;

-- Index keys of the province, wrapped: a process of a centre marks a phone number for the province's registry (decision D12).
create function k.sms_registry_keys(p_tenant uuid) returns table (province_id uuid, version integer, wrapped bytea)
language plpgsql stable security definer set search_path = k, pg_temp as $$
begin
    perform k.require_tenant(p_tenant);
    return query select x.tenant_id, x.version, x.wrapped from k.tenant_key x
     where x.purpose = 'index' and x.tenant_id = (select t.line[array_length(t.line, 1)] from k.tenant t where t.id = p_tenant)
     order by x.version;
end $$;

-- The extension of a tenant on the access number, from the province's registry.
create function k.sms_extension_of(p_tenant uuid) returns table (access_number text, extension text)
language plpgsql stable security definer set search_path = k, public, pg_temp as $$
begin
    perform k.require_tenant(p_tenant);
    return query select e.access_number::text, e.extension::text from public.sms_extension e
     where e.tenant_id = (select t.line[array_length(t.line, 1)] from k.tenant t where t.id = p_tenant)
       and e.holder_tenant_id = p_tenant and e.ended_at is null;
end $$;

-- One more message to this number: null when it may go, else why not. Counters are guarded updates of one row (decision D19).
create function k.sms_number_admit(p_tenant uuid, p_number bytea, p_category text) returns text
language plpgsql volatile set search_path = k, public, pg_temp as $$
declare
    v_limit public.sms_limit%rowtype;
    v_now timestamptz := clock_timestamp();
    v_hour timestamptz := date_trunc('hour', v_now);
    v_day timestamptz := date_trunc('day', v_now, 'Asia/Shanghai');
begin
    if p_number is null then return null; end if;
    if exists (select 1 from public.sms_blocked_number b where b.tenant_id = p_tenant and b.number_index = p_number
                and (b.until is null or b.until > v_now)
                and (b.reach = 'ALL' or (b.reach = 'POLICY' and p_category = 'POLICY'))) then
        return 'blocked';
    end if;
    select l.* into v_limit from public.sms_limit l where l.tenant_id = p_tenant and l.category = p_category;
    if not found or (v_limit.per_hour is null and v_limit.per_day is null) then return null; end if;
    insert into public.sms_number_count as c
        (tenant_id, id, number_index, category, hour_from, hour_count, day_from, day_count)
    values (p_tenant, uuidv7(), p_number, p_category, v_hour, 1, v_day, 1)
    on conflict (tenant_id, number_index, category) do update set
        hour_count = case when c.hour_from = v_hour then c.hour_count + 1 else 1 end, hour_from = v_hour,
        day_count = case when c.day_from = v_day then c.day_count + 1 else 1 end, day_from = v_day
     where (v_limit.per_hour is null or c.hour_from <> v_hour or c.hour_count < v_limit.per_hour)
       and (v_limit.per_day is null or c.day_from <> v_day or c.day_count < v_limit.per_day);
    return case when found then null else 'limited' end;
end $$;

-- The only way messages come in, inside the caller's transaction. One answer for each row, in the order of the rows:
-- accepted, repeated (the same key and content: the id is the first one's), conflict (the same key, other content), template, blocked,
-- limited, refused (allowance). Keys are taken in their own order, so that two batches never wait for each other; the counters that
-- everybody of a tenant shares are touched last.
create function k.sms_put(p_tenant uuid, p_payer uuid, p_rows jsonb) returns table (message_id uuid, verdict text)
language plpgsql volatile security definer set search_path = k, public, pg_temp as $$
#variable_conflict use_column
declare
    v_line uuid[]; v_province uuid; v_extension text; v_month text; v_now timestamptz := clock_timestamp();
    r record; t public.sms_template%rowtype; v_flow record;
    v_n integer := jsonb_array_length(p_rows);
    -- Filled first: an array that begins at another place than 1 would be read from its own beginning.
    v_ids uuid[] := array_fill(null::uuid, array[v_n]); v_said text[] := array_fill(null::text, array[v_n]);
    v_lanes smallint[] := array_fill(null::smallint, array[v_n]); v_parts integer[] := array_fill(null::integer, array[v_n]);
    v_never boolean[] := array_fill(null::boolean, array[v_n]);
    v_due timestamptz[] := array_fill(null::timestamptz, array[v_n]); v_until timestamptz[] := array_fill(null::timestamptz, array[v_n]);
    v_free integer := 0; v_bound integer := 0; v_work integer; v_refused boolean := false;
begin
    if k.cur_tenant('gjj_app', true) is distinct from p_tenant then
        raise exception 'not in the scope of this tenant' using errcode = '42501';
    end if;
    v_line := k.sms_payer_line(p_tenant, p_payer);
    v_province := v_line[array_length(v_line, 1)];
    for r in
        select x.* from rows from (jsonb_to_recordset(p_rows) as
            (id uuid, key text, content_hash text, template_id uuid, number_index text, segments integer, accepted_at timestamptz,
             due_at timestamptz, expires_at timestamptz))
            with ordinality as x(id, key, content_hash, template_id, number_index, segments, accepted_at, due_at, expires_at, ord)
         order by x.key
    loop
        v_ids[r.ord] := r.id;
        v_month := coalesce(v_month, to_char(r.accepted_at at time zone 'Asia/Shanghai', 'YYYY-MM'));
        insert into public.sms_key (tenant_id, id, key, message_id, content_hash, made_at)
        values (p_payer, uuidv7(), r.key, r.id, decode(r.content_hash, 'hex'), v_now)
        on conflict (tenant_id, key) do nothing;
        if not found then
            select s.message_id, s.content_hash = decode(r.content_hash, 'hex') as same into v_flow
              from public.sms_key s where s.tenant_id = p_payer and s.key = r.key;
            v_ids[r.ord] := v_flow.message_id;
            v_said[r.ord] := case when v_flow.same then 'repeated' else 'conflict' end;
            continue;
        end if;
        if t.id is distinct from r.template_id then
            select x.* into t from public.sms_template x
             where x.id = r.template_id and x.tenant_id = any (v_line) and x.state = 'published';
        end if;
        v_said[r.ord] := case when t.id is null then 'template'
            else coalesce(k.sms_number_admit(v_province, decode(r.number_index, 'hex'), t.category), 'accepted') end;
        v_lanes[r.ord] := k.sms_lane(t.category); v_parts[r.ord] := r.segments; v_never[r.ord] := t.never_stopped;
        v_due[r.ord] := coalesce(r.due_at, v_now); v_until[r.ord] := r.expires_at;
        if v_said[r.ord] = 'accepted' then
            if t.never_stopped then v_free := v_free + r.segments; else v_bound := v_bound + r.segments; end if;
        else
            v_refused := true;
        end if;
    end loop;
    if v_free > 0 then perform k.allowance_reserve(p_payer, v_month, v_free, true); end if;
    if v_bound > 0 and k.allowance_reserve(p_payer, v_month, v_bound, false) = 'refused' then
        v_refused := true;
        for i in 1 .. v_n loop
            if v_said[i] = 'accepted' and not v_never[i] then v_said[i] := 'refused'; end if;
        end loop;
    end if;
    if v_refused then
        delete from public.sms_key s using unnest(v_ids, v_said) a(id, said)
         where s.tenant_id = p_payer and s.message_id = a.id and a.said not in ('accepted', 'repeated', 'conflict');
    end if;
    if 'accepted' = any (v_said) then
        select e.extension into v_extension from public.sms_extension e
         where e.tenant_id = v_province and e.holder_tenant_id = p_payer and e.ended_at is null;
        insert into public.sms_message (tenant_id, id, template_id, template_code, template_number, category, never_stopped, lane,
            phone, phone_index, text, sender_code, segments, state, month, accepted_at, due_at, expires_at, attempts, origin_kind,
            origin_id, accepted_in)
        select p_payer, x.id, m.id, m.code, m.number, m.category, m.never_stopped, v_lanes[x.ord], decode(x.phone, 'base64'),
               decode(x.phone_index, 'hex'), decode(x.text, 'base64'), coalesce(v_extension, ''), v_parts[x.ord], 'queued', v_month,
               x.accepted_at, v_due[x.ord], v_until[x.ord], 0, x.origin_kind, x.origin_id, p_tenant
          from rows from (jsonb_to_recordset(p_rows) as (id uuid, template_id uuid, phone text, phone_index text, text text,
                   accepted_at timestamptz, origin_kind text, origin_id text))
               with ordinality as x(id, template_id, phone, phone_index, text, accepted_at, origin_kind, origin_id, ord)
          join public.sms_template m on m.tenant_id = any (v_line) and m.id = x.template_id
         where v_said[x.ord] = 'accepted';
        for v_lane in 0 .. 2 loop
            v_work := 0;
            for i in 1 .. v_n loop
                if v_said[i] = 'accepted' and v_lanes[i] = v_lane then v_work := v_work + v_parts[i]; end if;
            end loop;
            continue when v_work = 0;
            insert into k.sms_flow as f (tenant_id, lane, last_vtime)
            select p_payer, c.lane, c.vtime + v_work from k.sms_clock c where c.lane = v_lane
            on conflict (tenant_id, lane) do update
                set last_vtime = greatest(f.last_vtime, excluded.last_vtime - v_work) + v_work / f.weight
            returning f.last_vtime, f.weight into v_flow;
            insert into public.sms_queue (tenant_id, id, lane, vtime, due_at, expires_at, segments, attempts)
            select p_payer, a.id, v_lane, v_flow.last_vtime - v_work / v_flow.weight
                   + sum(a.parts) over (order by a.id) / v_flow.weight, a.due, a.until, a.parts, 0
              from unnest(v_ids, v_said, v_lanes, v_parts, v_due, v_until) a(id, said, lane, parts, due, until)
             where a.said = 'accepted' and a.lane = v_lane;
        end loop;
        perform pg_notify('gjj_sms', '');
    end if;
    return query select a.id, a.said from unnest(v_ids, v_said) with ordinality a(id, said, ord) order by a.ord;
end $$;
