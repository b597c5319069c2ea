-- Reserving and metering: called inside the functions that accept and finish messages, never by a run-time role.

-- 'ok' | 'warn' | 'over' (a soft cap or a never-stopped message passed it) | 'refused' (hard cap: nothing reserved).
-- One guarded UPDATE decides, so that any number at once can't pass a hard cap. The month's row follows the newest plan when it is made.
create function k.allowance_reserve(p_tenant uuid, p_month text, p_segments integer, p_never_stopped boolean) returns text
language plpgsql volatile set search_path = k, public, pg_temp as $$
declare a public.sms_allowance%rowtype; v_tries integer := 0;
begin
    if p_segments is null or p_segments < 1 then
        raise exception 'a reservation is at least one segment' using errcode = '22023';
    end if;
    loop
        update public.sms_allowance x set reserved_segments = x.reserved_segments + p_segments,
               warned_at = coalesce(x.warned_at, case when (x.used_segments + x.reserved_segments + p_segments) * 100
                   >= x.cap_segments::bigint * x.warn_percent then clock_timestamp() end),
               over_at = coalesce(x.over_at, case when x.used_segments + x.reserved_segments + p_segments > x.cap_segments
                   then clock_timestamp() end)
         where x.tenant_id = p_tenant and x.month = p_month
           and (p_never_stopped or not x.hard or x.cap_segments is null
                or x.used_segments + x.reserved_segments + p_segments <= x.cap_segments)
        returning x.* into a;
        if found then
            return case when a.used_segments + a.reserved_segments > a.cap_segments then 'over'
                when (a.used_segments + a.reserved_segments) * 100 >= a.cap_segments::bigint * a.warn_percent then 'warn'
                else 'ok' end;
        end if;
        update public.sms_allowance x set stopped_count = x.stopped_count + 1, stopped_at = coalesce(x.stopped_at, clock_timestamp())
         where x.tenant_id = p_tenant and x.month = p_month and not p_never_stopped and x.hard
           and x.used_segments + x.reserved_segments + p_segments > x.cap_segments;
        if found then return 'refused'; end if;
        -- The row is missing, or another transaction made it or freed segments between the two statements: look again.
        v_tries := v_tries + 1;
        if v_tries > 100 then raise exception 'the month of the allowance can not be made' using errcode = '55000'; end if;
        perform k.allowance_open(p_tenant, p_month);
    end loop;
end $$;

-- The month's row from the newest plan of its year and the newest rule about caps. No plan: no cap.
create function k.allowance_open(p_tenant uuid, p_month text) returns void
language sql volatile set search_path = k, public, pg_temp as $$
    insert into public.sms_allowance (tenant_id, id, month, cap_segments, hard, warn_percent)
    select p_tenant, uuidv7(), p_month, p.sms_monthly, coalesce(r.hard, false), coalesce(p.warn_percent, 80)
      from (values (1)) one
      left join lateral (select s.sms_monthly, s.warn_percent from public.spending_plan s
            where s.tenant_id = p_tenant and s.year = left(p_month, 4)::integer order by s.number desc limit 1) p on true
      left join lateral (select x.hard from public.allowance_rule x
            where x.tenant_id = p_tenant order by x.number desc limit 1) r on true
    on conflict (tenant_id, month) do nothing $$;

-- A message is metered at most once: its own id is the key. Used is what was submitted; what was reserved and not sent is free again.
-- p_month is the month in which it was reserved (default: the month of p_at); the statement counts it on the day of p_at.
create function k.usage_book(p_tenant uuid, p_message uuid, p_at timestamptz, p_link text, p_carrier text, p_category text,
    p_template text, p_reserved integer, p_submitted integer, p_delivered integer, p_outcome text, p_month text default null)
returns boolean
language plpgsql volatile set search_path = k, public, pg_temp as $$
declare
    v_day date := (p_at at time zone 'Asia/Shanghai')::date;
    v_month text := coalesce(p_month, to_char(p_at at time zone 'Asia/Shanghai', 'YYYY-MM'));
begin
    insert into public.sms_usage (tenant_id, id, day, at, reserved_month, link, carrier, category, template, reserved, submitted,
        delivered, outcome, booked_at)
    values (p_tenant, p_message, v_day, p_at, v_month, coalesce(p_link, ''), coalesce(p_carrier, ''), p_category, p_template,
        p_reserved, p_submitted, p_delivered, p_outcome, clock_timestamp())
    on conflict (tenant_id, id) do nothing;
    if not found then return false; end if;
    loop
        update public.sms_allowance x set reserved_segments = x.reserved_segments - p_reserved,
               used_segments = x.used_segments + p_submitted
         where x.tenant_id = p_tenant and x.month = v_month;
        if found then return true; end if;
        perform k.allowance_open(p_tenant, v_month);
    end loop;
end $$;
