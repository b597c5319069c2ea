-- Dispatch: what the gateway may ask of the queue. It works for every tenant and sees only what these functions hand out.
-- A queue row is free (leased_until null), parked until a time (token null), in hand of one gateway (its token), or in doubt (NO_ONE).

create table k.sms_carrier_ref (
    account text not null,
    carrier_id text not null,
    tenant_id uuid not null,
    segment_id uuid not null,
    message_id uuid not null,
    attempt integer not null,
    made_at timestamptz not null default now(),
    primary key (account, carrier_id)
);
create index ix_sms_carrier_ref_made on k.sms_carrier_ref (made_at);

-- Reports that match nothing yet: they came before the answer, or were never ours.
create table k.sms_early_report (
    account text not null,
    carrier_id text not null,
    state text not null,
    rank smallint not null,
    code text not null,
    done_at timestamptz not null,
    received_at timestamptz not null default now(),
    primary key (account, carrier_id)
);
create index ix_sms_early_report_received on k.sms_early_report (received_at);

-- What each line last said of itself.
create table k.sms_link_state (
    name text primary key,
    protocol text not null,
    carrier text not null,
    state text not null,
    words_zh text not null,
    rate_per_s double precision not null,
    window_size integer not null,
    in_flight integer not null,
    counts jsonb not null,
    gateway uuid not null,
    since timestamptz not null,
    beat_at timestamptz not null
);

create function k.sms_no_one() returns uuid language sql immutable parallel safe as
    $$ select '00000000-0000-0000-0000-000000000000'::uuid $$;

-- A segment's id is its message's id with the last four digits replaced by attempt and part: the segments of a message stand
-- together in the primary key, in the partition of the message's month, and a repeated answer meets the row that is there.
create function k.sms_segment_id(p_message uuid, p_attempt integer, p_part integer) returns uuid
language sql immutable parallel safe as
    $$ select (left(p_message::text, 32) || lpad(to_hex((p_attempt & 255) * 256 + (p_part & 255)), 4, '0'))::uuid $$;

-- One lane's next rows in order of virtual time. Rows that are not due are parked, expired ones are finished unsent. A message of several
-- segments is taken when one slot is free: it would starve otherwise.
create function k.sms_take(p_lane smallint, p_slots integer, p_link text, p_token uuid, p_lease_s double precision,
    out o_tenants uuid[], out o_ids uuid[], out o_taken integer)
language plpgsql volatile set search_path = k, public, pg_temp as $$
declare
    v_now timestamptz := clock_timestamp(); r record; v_clock double precision; v_set_aside integer;
    v_late_t uuid[] := '{}'; v_late_i uuid[] := '{}';
begin
    o_tenants := '{}'; o_ids := '{}'; o_taken := 0;
    for v_round in 1 .. 20 loop
        exit when o_taken >= p_slots;
        v_set_aside := 0;
        for r in
            select q.tenant_id, q.id, q.vtime, q.due_at, q.expires_at, q.segments from public.sms_queue q
             where q.lane = p_lane and q.leased_until is null
             order by q.vtime, q.id limit greatest(p_slots - o_taken, 8) for update skip locked
        loop
            if r.expires_at <= v_now then
                v_late_t := v_late_t || r.tenant_id; v_late_i := v_late_i || r.id;
                delete from public.sms_queue q where q.tenant_id = r.tenant_id and q.id = r.id;
                v_set_aside := v_set_aside + 1;
            elsif r.due_at > v_now then
                update public.sms_queue q set leased_until = r.due_at where q.tenant_id = r.tenant_id and q.id = r.id;
                v_set_aside := v_set_aside + 1;
            elsif o_taken < p_slots then
                update public.sms_queue q set leased_until = v_now + make_interval(secs => p_lease_s), token = p_token,
                       link = p_link, attempts = q.attempts + 1
                 where q.tenant_id = r.tenant_id and q.id = r.id;
                o_tenants := o_tenants || r.tenant_id; o_ids := o_ids || r.id; o_taken := o_taken + r.segments; v_clock := r.vtime;
            end if;
        end loop;
        exit when v_set_aside = 0;
    end loop;
    if v_clock is not null then
        update k.sms_clock c set vtime = v_clock where c.lane = p_lane and c.vtime < v_clock;
    end if;
    if v_late_i <> '{}' then perform k.sms_finish_unsent(v_late_t, v_late_i, 'expired', 'EXPIRED'); end if;
end $$;

-- The next messages for one line: at most p_slots segments, of which p_policy are kept for POLICY when it waits (the small guaranteed
-- share); the others go lane by lane.
create function k.sms_claim(p_link text, p_slots integer, p_policy integer, p_lease_s double precision, p_token uuid)
returns table (tenant_id uuid, id uuid, attempt integer, category text, phone bytea, text bytea, sender_code text, segments integer,
    expires_at timestamptz, accepted_at timestamptz)
language plpgsql volatile security definer
set search_path = k, public, pg_temp set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off as $$
#variable_conflict use_column
declare v_t uuid[] := '{}'; v_i uuid[] := '{}'; v_left integer := p_slots; x record; v_lane smallint;
begin
    if p_policy > 0 then
        x := k.sms_take(2::smallint, least(p_policy, p_slots), p_link, p_token, p_lease_s);
        v_t := x.o_tenants; v_i := x.o_ids; v_left := v_left - x.o_taken;
    end if;
    foreach v_lane in array array[0, 1, 2]::smallint[] loop
        exit when v_left <= 0;
        x := k.sms_take(v_lane, v_left, p_link, p_token, p_lease_s);
        v_t := v_t || x.o_tenants; v_i := v_i || x.o_ids; v_left := v_left - x.o_taken;
    end loop;
    return query
        select c.t, c.i, q.attempts, m.category::text, m.phone, m.text, m.sender_code::text, m.segments, m.expires_at, m.accepted_at
          from unnest(v_t, v_i) with ordinality c(t, i, n)
          join public.sms_queue q on q.tenant_id = c.t and q.id = c.i
          join public.sms_message m on m.tenant_id = c.t and m.id = c.i
         order by c.n;
end $$;

-- A message that never left: its reservation is free again.
create function k.sms_finish_unsent(p_tenants uuid[], p_ids uuid[], p_state text, p_code text) returns integer
language plpgsql volatile set search_path = k, public, pg_temp as $$
declare n integer;
begin
    select k.sms_finish(jsonb_agg(jsonb_build_object('t', c.t, 'm', c.i, 'state', p_state, 'code', p_code, 'submitted', 0,
                        'delivered', 0)))
      into n from unnest(p_tenants, p_ids) c(t, i);
    return coalesce(n, 0);
end $$;

-- The final state, once: whoever comes second finds it final. Texts of codes are wiped, the message is metered, and who cares is told.
-- Rows go by tenant, so that two gateways never wait for each other on allowances. The end is told in business time, as accepting is: what
-- has passed by the wall clock since the id was made, added to the time of accepting (decision D38).
create function k.sms_finish(p_rows jsonb) returns integer
language plpgsql volatile set search_path = k, public, pg_temp
set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off as $$
declare r record; n integer := 0; v_now timestamptz := clock_timestamp();
begin
    for r in
        with f as (
            update public.sms_message m set state = x.state, status_code = x.code,
                   final_at = m.accepted_at + (v_now - uuid_extract_timestamp(m.id)),
                   text = case when m.category = 'OTP' then null else m.text end,
                   link = coalesce(x.link, m.link), carrier = coalesce(x.carrier, m.carrier)
              from jsonb_to_recordset(p_rows) as x(t uuid, m uuid, state text, code text, link text, carrier text)
             where m.tenant_id = x.t and m.id = x.m and m.state in ('queued', 'sending', 'sent')
            returning m.tenant_id, m.id, m.state, m.link, m.carrier, m.category, m.template_code, m.segments, m.month, m.origin_kind,
                m.final_at)
        select f.*, x.submitted, x.delivered from f
          join jsonb_to_recordset(p_rows) as x(t uuid, m uuid, submitted integer, delivered integer) on x.t = f.tenant_id and x.m = f.id
         order by f.tenant_id, f.id
    loop
        n := n + 1;
        delete from public.sms_queue q where q.tenant_id = r.tenant_id and q.id = r.id and (q.token is null or q.token = k.sms_no_one());
        perform k.usage_book(r.tenant_id, r.id, r.final_at, r.link, r.carrier, r.category, r.template_code, r.segments, r.submitted,
            r.delivered, r.state, r.month);
        if r.origin_kind <> '' then
            insert into public.outbox_event (tenant_id, id, name, payload, state, due_at, attempts, made_at)
            values (r.tenant_id, uuidv7(), 'sms.finished', jsonb_build_object('message_id', r.id), 'ready', v_now, 0, v_now);
        end if;
    end loop;
    return n;
end $$;

-- Looks at attempts of messages: when every segment is final, the message is. A later attempt that is still under way decides instead,
-- unless this one was delivered.
create function k.sms_settle(p_tenants uuid[], p_ids uuid[], p_attempts integer[]) returns integer
language plpgsql volatile set search_path = k, public, pg_temp
set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off as $$
declare v_rows jsonb;
begin
    select jsonb_agg(jsonb_build_object('t', m.tenant_id, 'm', m.id, 'link', s.link, 'carrier', s.carrier,
             'submitted', s.submitted, 'delivered', s.delivered, 'code', s.code,
             'state', case when s.delivered = s.n then 'delivered' when s.refused then 'refused' when s.bad then 'failed' else 'unknown' end))
      into v_rows
      from (select distinct t, i, a from unnest(p_tenants, p_ids, p_attempts) c(t, i, a)) c
      cross join lateral (
          select count(*) n, max(g.parts) parts, count(*) filter (where g.rank < 9) open, max(g.link) link, max(g.carrier) carrier,
                 count(*) filter (where g.state = 'delivered') delivered, count(g.carrier_id) submitted,
                 bool_and(g.state = 'refused') refused, bool_or(g.state not in ('delivered', 'unknown')) bad,
                 coalesce((array_agg(g.code order by g.id) filter (where g.rank = 9 and g.state <> 'delivered'))[1], max(g.code)) code
            from public.sms_segment g
           where g.tenant_id = c.t and g.id between k.sms_segment_id(c.i, c.a, 0) and k.sms_segment_id(c.i, c.a, 255)) s
      join public.sms_message m on m.tenant_id = c.t and m.id = c.i
      left join public.sms_queue q on q.tenant_id = c.t and q.id = c.i
     where s.n = s.parts and s.open = 0 and m.state in ('queued', 'sending', 'sent')
       and (s.delivered = s.n or (m.attempts <= c.a and (q.id is null or (q.token = k.sms_no_one() and q.attempts = c.a))));
    if v_rows is null then return 0; end if;
    return k.sms_finish(v_rows);
end $$;

-- Applies reports to segments by rank: a lower or equal one changes nothing, so order and repetition do not matter.
-- A report that matches nothing is kept; when the answer comes it is taken from there.
create function k.sms_report(p_rows jsonb) returns integer
language plpgsql volatile set search_path = k, public, pg_temp
set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off as $$
declare v_t uuid[]; v_i uuid[]; v_a integer[];
begin
    if p_rows is null or p_rows = '[]'::jsonb then return 0; end if;
    insert into k.sms_early_report as e (account, carrier_id, state, rank, code, done_at)
    select distinct on (x.account, x.carrier_id) x.account, x.carrier_id, x.state, x.rank, x.code, x.done_at
      from jsonb_to_recordset(p_rows)
           as x(account text, carrier_id text, state text, rank smallint, code text, done_at timestamptz)
     where not exists (select 1 from k.sms_carrier_ref f where f.account = x.account and f.carrier_id = x.carrier_id)
     order by x.account, x.carrier_id, x.rank desc
    on conflict (account, carrier_id) do update set state = excluded.state, rank = excluded.rank, code = excluded.code,
        done_at = excluded.done_at where excluded.rank > e.rank;
    with best as (
        select distinct on (f.tenant_id, f.segment_id) f.tenant_id, f.segment_id, f.message_id, f.attempt, x.state, x.rank, x.code,
               x.done_at
          from jsonb_to_recordset(p_rows)
               as x(account text, carrier_id text, state text, rank smallint, code text, done_at timestamptz)
          join k.sms_carrier_ref f on f.account = x.account and f.carrier_id = x.carrier_id
         order by f.tenant_id, f.segment_id, x.rank desc),
    hit as (
        update public.sms_segment g set state = b.state, rank = b.rank, code = b.code, done_at = b.done_at
          from best b where g.tenant_id = b.tenant_id and g.id = b.segment_id and g.rank < b.rank
        returning b.tenant_id, b.message_id, b.attempt, b.rank)
    select array_agg(h.tenant_id), array_agg(h.message_id), array_agg(h.attempt) into v_t, v_i, v_a from hit h where h.rank = 9;
    if v_t is null then return 0; end if;
    return k.sms_settle(v_t, v_i, v_a);
end $$;

-- What became of messages that were handed to a line. `act`: sent | again (free, or parked for retry_s) | doubt (written, not answered) |
-- refused. The attempt fences: each claim counts one on, so a gateway that woke up after its lease moves the row only while nobody
-- else has taken it. Carrier ids are kept whoever brings them.
create function k.sms_answer(p_rows jsonb) returns integer
language plpgsql volatile set search_path = k, public, pg_temp
set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off as $$
declare v_now timestamptz := clock_timestamp(); v_t uuid[]; v_i uuid[]; v_a integer[]; v_early jsonb; n integer := 0;
begin
    if p_rows is null or p_rows = '[]'::jsonb then return 0; end if;
    -- The queue row goes, waits, or is free again.
    with x as (
        select x.* from jsonb_to_recordset(p_rows) as x(t uuid, m uuid, a integer, act text, retry_s double precision)),
    gone as (
        delete from public.sms_queue q using x where q.tenant_id = x.t and q.id = x.m and q.attempts = x.a
           and x.act in ('sent', 'refused') returning q.tenant_id, q.id),
    kept as (
        update public.sms_queue q set token = case x.act when 'doubt' then k.sms_no_one() end,
               leased_until = case when x.retry_s > 0 then v_now + make_interval(secs => x.retry_s) end
          from x where q.tenant_id = x.t and q.id = x.m and q.attempts = x.a and x.act in ('again', 'doubt')
        returning q.tenant_id, q.id)
    select array_agg(y.tenant_id), array_agg(y.id) into v_t, v_i from (select * from gone union all select * from kept) y;
    -- Every segment of which something is known.
    insert into public.sms_segment as g (tenant_id, id, message_id, attempt, part, parts, link, carrier, account, carrier_id, state, rank,
        code, answered_at, done_at)
    select x.t, k.sms_segment_id(x.m, x.a, p.n::integer), x.m, x.a, p.n, jsonb_array_length(x.ids), x.link, x.carrier, x.account,
           p.carrier_id, s.state, s.rank, case s.state when 'refused' then x.code else '' end, v_now,
           case s.rank when 9 then v_now end
      from jsonb_to_recordset(p_rows) as x(t uuid, m uuid, a integer, act text, link text, carrier text, account text, code text, ids jsonb)
     cross join lateral jsonb_array_elements_text(x.ids) with ordinality p(carrier_id, n)
     cross join lateral (select case when p.carrier_id is not null then 'taken' when x.act = 'refused' then 'refused' else 'written' end state,
            (case when p.carrier_id is not null then 2 when x.act = 'refused' then 9 else 1 end)::smallint rank) s
     where p.carrier_id is not null or x.act in ('refused', 'doubt')
    on conflict (tenant_id, id) do update set carrier_id = coalesce(g.carrier_id, excluded.carrier_id), state = excluded.state,
        rank = excluded.rank, code = excluded.code, done_at = excluded.done_at where excluded.rank > g.rank;
    insert into k.sms_carrier_ref (account, carrier_id, tenant_id, segment_id, message_id, attempt)
    select distinct on (x.account, p.carrier_id) x.account, p.carrier_id, x.t, k.sms_segment_id(x.m, x.a, p.n::integer), x.m, x.a
      from jsonb_to_recordset(p_rows) as x(t uuid, m uuid, a integer, account text, ids jsonb)
     cross join lateral jsonb_array_elements_text(x.ids) with ordinality p(carrier_id, n)
     where p.carrier_id is not null
    on conflict (account, carrier_id) do update set tenant_id = excluded.tenant_id, segment_id = excluded.segment_id,
        message_id = excluded.message_id, attempt = excluded.attempt, made_at = v_now;
    update public.sms_message m set attempts = greatest(m.attempts, x.a), link = x.link, carrier = x.carrier,
           state = case x.act when 'doubt' then 'sending' when 'again' then 'queued' else 'sent' end
      from jsonb_to_recordset(p_rows) as x(t uuid, m uuid, a integer, act text, link text, carrier text),
           unnest(v_t, v_i) h(t, i)
     where h.t = x.t and h.i = x.m and m.tenant_id = x.t and m.id = x.m and m.state in ('queued', 'sending', 'sent')
       and not (x.act = 'again' and x.link is null);
    delete from public.sms_queue q using public.sms_message m, unnest(v_t, v_i) h(t, i)
     where q.tenant_id = h.t and q.id = h.i and m.tenant_id = h.t and m.id = h.i and m.state not in ('queued', 'sending', 'sent');
    -- Reports that were here first.
    with e as (
        delete from k.sms_early_report e using (
            select x.account, p.carrier_id from jsonb_to_recordset(p_rows) as x(account text, ids jsonb)
             cross join lateral jsonb_array_elements_text(x.ids) p(carrier_id) where p.carrier_id is not null) a
         where e.account = a.account and e.carrier_id = a.carrier_id returning e.*)
    select jsonb_agg(to_jsonb(e)) into v_early from e;
    if v_early is not null then n := k.sms_report(v_early); end if;
    -- What is final without any report: refused, or answered late after all reports had come.
    select array_agg(x.t), array_agg(x.m), array_agg(x.a) into v_t, v_i, v_a
      from jsonb_to_recordset(p_rows) as x(t uuid, m uuid, a integer, act text) where x.act = 'refused';
    if v_t is not null then n := n + k.sms_settle(v_t, v_i, v_a); end if;
    return n;
end $$;

-- One batch of the gateway in one transaction: answers, late answers, reports.
create function k.sms_record(p_answers jsonb, p_late jsonb, p_reports jsonb) returns integer
language plpgsql volatile security definer set search_path = k, public, pg_temp as $$
begin
    return k.sms_answer(p_answers) + k.sms_answer(p_late) + k.sms_report(p_reports);
end $$;

-- The holder is still at work on these. Answers how many it still holds.
create function k.sms_renew(p_token uuid, p_lease_s double precision) returns integer
language plpgsql volatile security definer set search_path = k, public, pg_temp as $$
declare n integer;
begin
    update public.sms_queue q set leased_until = clock_timestamp() + make_interval(secs => p_lease_s)
     where q.token = p_token and q.leased_until > clock_timestamp();
    get diagnostics n = row_count;
    return n;
end $$;

-- What this gateway holds by the book but not in fact (an answer of the database was lost): never written, so free again.
create function k.sms_let_go(p_token uuid, p_held uuid[]) returns integer
language plpgsql volatile security definer set search_path = k, public, pg_temp as $$
declare n integer;
begin
    update public.sms_queue q set leased_until = null, token = null where q.token = p_token and not q.id = any (p_held);
    get diagnostics n = row_count;
    return n;
end $$;

-- Once a second: parked rows become free; leases of gateways that died end: codes are sent again, others are in doubt; doubts that lasted
-- p_doubt_s end as unknown, or are sent again on lines whose carrier knows a repeated message (p_resend); codes that expired while no line was up are finished.
-- Answers how many rows are free now and were not before.
create function k.sms_sweep(p_limit integer, p_doubt_s double precision, p_resend text[]) returns integer
language plpgsql volatile security definer
set search_path = k, public, pg_temp set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off as $$
declare v_now timestamptz := clock_timestamp(); r record; v_free integer := 0; v_t uuid[] := '{}'; v_i uuid[] := '{}'; v_lt uuid[]; v_li uuid[];
begin
    for r in
        select q.tenant_id, q.id, q.lane, q.token, q.attempts, q.link, c.vtime as clock, m.state from public.sms_queue q
          join k.sms_clock c on c.lane = q.lane
          join public.sms_message m on m.tenant_id = q.tenant_id and m.id = q.id
         where q.leased_until <= v_now order by q.leased_until limit p_limit for update of q skip locked
    loop
        if r.state not in ('queued', 'sending', 'sent') then
            delete from public.sms_queue q where q.tenant_id = r.tenant_id and q.id = r.id;
        elsif r.token is null or r.lane = 0 or r.link = any (p_resend) then
            update public.sms_queue q set leased_until = null, token = null,
                   vtime = case when r.token is null and r.attempts = 0 then greatest(q.vtime, r.clock) else q.vtime end
             where q.tenant_id = r.tenant_id and q.id = r.id;
            v_free := v_free + 1;
        elsif r.token <> k.sms_no_one() then
            update public.sms_queue q set token = k.sms_no_one(), leased_until = v_now + make_interval(secs => p_doubt_s)
             where q.tenant_id = r.tenant_id and q.id = r.id;
            update public.sms_message m set state = 'sending', attempts = r.attempts
             where m.tenant_id = r.tenant_id and m.id = r.id and m.state in ('queued', 'sending', 'sent');
        else
            v_t := v_t || r.tenant_id; v_i := v_i || r.id;
        end if;
    end loop;
    if v_i <> '{}' then perform k.sms_give_up(v_t, v_i); end if;
    with late as (
        delete from public.sms_queue q where (q.tenant_id, q.id) in (
            select z.tenant_id, z.id from public.sms_queue z where z.expires_at <= v_now and z.token is null
             order by z.expires_at limit p_limit for update skip locked)
        returning q.tenant_id, q.id)
    select array_agg(l.tenant_id), array_agg(l.id) into v_lt, v_li from late l;
    if v_lt is not null then perform k.sms_finish_unsent(v_lt, v_li, 'expired', 'EXPIRED'); end if;
    return v_free;
end $$;

-- Doubts that nobody can end any more: the message is unknown; the segments that the carrier acknowledged are metered.
create function k.sms_give_up(p_tenants uuid[], p_ids uuid[]) returns integer
language plpgsql volatile set search_path = k, public, pg_temp
set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off as $$
declare n integer;
begin
    update public.sms_segment g set state = 'unknown', rank = 9, code = 'NOANSWER', done_at = clock_timestamp()
      from unnest(p_tenants, p_ids) c(t, i)
     where g.tenant_id = c.t and g.rank < 9
       and g.id between k.sms_segment_id(c.i, 0, 0) and k.sms_segment_id(c.i, 255, 255);
    select k.sms_finish(jsonb_agg(jsonb_build_object('t', c.t, 'm', c.i, 'state', 'unknown', 'code', 'NOANSWER',
             'submitted', s.submitted, 'delivered', s.delivered)))
      into n
      from unnest(p_tenants, p_ids) c(t, i)
      join public.sms_message m on m.tenant_id = c.t and m.id = c.i
     cross join lateral (
          select count(g.carrier_id) submitted, count(*) filter (where g.state = 'delivered') delivered from public.sms_segment g
           where g.tenant_id = c.t
             and g.id between k.sms_segment_id(c.i, m.attempts, 0) and k.sms_segment_id(c.i, m.attempts, 255)) s;
    return coalesce(n, 0);
end $$;

-- Segments without a final report after p_hours are unknown; early reports that were matched by now are applied, those that nobody
-- claimed are forgotten after the same time, and so are carrier ids after twice that. Returns the number of messages that ended.
create function k.sms_overdue(p_limit integer, p_hours double precision) returns integer
language plpgsql volatile security definer
set search_path = k, public, pg_temp set enable_hashjoin = off set enable_mergejoin = off as $$
declare v_t uuid[]; v_i uuid[]; v_a integer[]; v_cut timestamptz := clock_timestamp() - make_interval(secs => p_hours * 3600); n integer := 0;
begin
    with late as (
        select g.tenant_id, g.id from public.sms_segment g where g.rank < 9 and g.answered_at < v_cut
         order by g.answered_at limit p_limit for update skip locked),
    hit as (
        update public.sms_segment g set state = 'unknown', rank = 9, code = 'NOREPORT', done_at = clock_timestamp()
          from late l where g.tenant_id = l.tenant_id and g.id = l.id returning g.tenant_id, g.message_id, g.attempt)
    select array_agg(h.tenant_id), array_agg(h.message_id), array_agg(h.attempt) into v_t, v_i, v_a from hit h;
    if v_t is not null then n := k.sms_settle(v_t, v_i, v_a); end if;
    delete from k.sms_early_report e where e.received_at < v_cut;
    delete from k.sms_carrier_ref f where (f.account, f.carrier_id) in (
        select z.account, z.carrier_id from k.sms_carrier_ref z
         where z.made_at < v_cut - make_interval(secs => p_hours * 3600) limit p_limit * 10);
    return n;
end $$;

-- Early reports whose answer was being stored at the same moment by another connection.
create function k.sms_match_early(p_limit integer) returns integer
language plpgsql volatile security definer set search_path = k, public, pg_temp as $$
declare v_rows jsonb;
begin
    with e as (
        delete from k.sms_early_report e using (
            select z.account, z.carrier_id from k.sms_early_report z
              join k.sms_carrier_ref f on f.account = z.account and f.carrier_id = z.carrier_id limit p_limit) a
         where e.account = a.account and e.carrier_id = a.carrier_id returning e.*)
    select jsonb_agg(to_jsonb(e)) into v_rows from e;
    return case when v_rows is null then 0 else k.sms_report(v_rows) end;
end $$;

create function k.sms_link_beat(p_gateway uuid, p_rows jsonb) returns integer
language plpgsql volatile security definer set search_path = k, pg_temp as $$
declare n integer;
begin
    insert into k.sms_link_state as s (name, protocol, carrier, state, words_zh, rate_per_s, window_size, in_flight, counts, gateway, since,
        beat_at)
    select x.name, x.protocol, x.carrier, x.state, x.words_zh, x.rate_per_s, x.window_size, x.in_flight, x.counts, p_gateway,
           clock_timestamp(), clock_timestamp()
      from jsonb_to_recordset(p_rows) as x(name text, protocol text, carrier text, state text, words_zh text,
           rate_per_s double precision, window_size integer, in_flight integer, counts jsonb)
    on conflict (name) do update set protocol = excluded.protocol, carrier = excluded.carrier, state = excluded.state,
        words_zh = excluded.words_zh, rate_per_s = excluded.rate_per_s, window_size = excluded.window_size,
        in_flight = excluded.in_flight, counts = excluded.counts, gateway = excluded.gateway, beat_at = excluded.beat_at,
        since = case when s.state = excluded.state then s.since else excluded.since end;
    get diagnostics n = row_count;
    return n;
end $$;

-- Whose number an uplink message went to: access number and extension, the longest first; the province where nobody has it.
create function k.sms_uplink_holder(p_to text) returns uuid
language sql stable security definer set search_path = k, public, pg_temp as $$
    select coalesce(
        (select e.holder_tenant_id from public.sms_extension e
          where e.ended_at is null and p_to like '%' || e.extension || '%'
            and (p_to like e.access_number || e.extension || '%' or p_to = e.extension)
          order by length(e.access_number || e.extension) desc limit 1),
        (select t.id from k.tenant t where t.kind = 'province')) $$;

-- Stores an uplink message once, and leaves the work that follows to the tenant.
create function k.sms_uplink_put(p_of uuid, p_row jsonb) returns boolean
language plpgsql volatile security definer set search_path = k, public, pg_temp as $$
declare v_id uuid := (p_row ->> 'id')::uuid; v_now timestamptz := clock_timestamp();
begin
    insert into public.sms_uplink (tenant_id, id, link, account, carrier_id, sent_to, phone, phone_index, text, received_at, meaning)
    values (p_of, v_id, p_row ->> 'link', p_row ->> 'account', p_row ->> 'carrier_id', p_row ->> 'sent_to',
            decode(p_row ->> 'phone', 'base64'), decode(p_row ->> 'phone_index', 'base64'), decode(p_row ->> 'text', 'base64'),
            (p_row ->> 'received_at')::timestamptz, p_row ->> 'meaning')
    on conflict (tenant_id, account, carrier_id) do nothing;
    if not found then return false; end if;
    insert into public.outbox_event (tenant_id, id, name, payload, state, due_at, attempts, made_at)
    values (p_of, uuidv7(), 'sms.uplink_received', jsonb_build_object('uplink_id', v_id), 'ready', v_now, 0, v_now);
    return true;
end $$;

-- For the console. Who is asked for: the tenant itself and everyone below it.
create function k.sms_link_states(p_tenant uuid)
returns table (name text, protocol text, carrier text, state text, words_zh text, rate_per_s double precision, window_size integer,
    in_flight integer, counts jsonb, since timestamptz, beat_at timestamptz)
language plpgsql stable security definer set search_path = k, pg_temp as $$
begin
    perform k.require_tenant(p_tenant);
    return query
        select s.name, s.protocol, s.carrier, s.state, s.words_zh, s.rate_per_s, s.window_size, s.in_flight,
               case when (select t.kind from k.tenant t where t.id = p_tenant) = 'province' then s.counts end, s.since, s.beat_at
          from k.sms_link_state s order by s.name;
end $$;

create function k.sms_queue_depth(p_tenant uuid)
returns table (of_tenant uuid, name_zh text, lane smallint, waiting bigint, later bigint, in_hand bigint, in_doubt bigint,
    oldest_at timestamptz)
language plpgsql stable security definer set search_path = k, public, pg_temp as $$
begin
    perform k.require_tenant(p_tenant);
    return query
        select q.tenant_id, t.name_zh, q.lane,
               count(*) filter (where q.token is null and q.due_at <= now()),
               count(*) filter (where q.token is null and q.due_at > now()),
               count(*) filter (where q.token <> k.sms_no_one()),
               count(*) filter (where q.token = k.sms_no_one()),
               min(q.due_at) filter (where q.token is null and q.due_at <= now())
          from public.sms_queue q join k.tenant t on t.id = q.tenant_id and t.line @> array[p_tenant]
         group by q.tenant_id, t.name_zh, q.lane order by q.lane, t.name_zh;
end $$;

create function k.sms_outcomes(p_tenant uuid, p_day date)
returns table (of_tenant uuid, name_zh text, category text, outcome text, messages bigint, segments bigint)
language plpgsql stable security definer set search_path = k, public, pg_temp as $$
begin
    perform k.require_tenant(p_tenant);
    return query
        select u.tenant_id, t.name_zh, u.category::text, u.outcome::text, count(*), sum(u.submitted)
          from k.tenant t join public.sms_usage u on u.tenant_id = t.id and u.day = p_day
         where t.line @> array[p_tenant] group by u.tenant_id, t.name_zh, u.category, u.outcome order by t.name_zh, u.category, u.outcome;
end $$;
