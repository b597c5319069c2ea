"""What must be true of messages and money however often processes died: nothing lost, nothing billed twice, nothing paid twice."""

from __future__ import annotations

import psycopg

RULES = {
    "a message without a final state": "select count(*) from sms_message where state in ('queued', 'sending', 'sent')",
    "a message left in the queue": "select count(*) from sms_queue",
    "a message that was not metered": (
        "select count(*) from sms_message m where not exists (select 1 from sms_usage u where u.tenant_id = m.tenant_id and u.id = m.id)"
    ),
    "a metered message that never was": (
        "select count(*) from sms_usage u where not exists (select 1 from sms_message m where m.tenant_id = u.tenant_id and m.id = u.id)"
    ),
    "a message metered twice": "select count(*) - count(distinct (tenant_id, id)) from sms_usage",
    "segments that differ from the message": (
        "select count(*) from sms_usage u join sms_message m using (tenant_id, id)"
        " where u.outcome = 'delivered' and (u.submitted <> m.segments or u.delivered <> m.segments)"
    ),
    "a reservation left over": "select count(*) from sms_allowance where reserved_segments <> 0",
    "an allowance that is not the sum of its messages": (
        "select count(*) from (select a.tenant_id, a.used_segments, coalesce((select sum(u.submitted) from sms_usage u"
        " where u.tenant_id = a.tenant_id and u.reserved_month = a.month), 0) as metered from sms_allowance a) x"
        " where x.used_segments <> x.metered"
    ),
    "a code kept after its message ended": (
        "select count(*) from sms_message where category = 'OTP' and text is not null and final_at is not null"
    ),
    "a person with two running cases of one item": (
        "select count(*) from (select 1 from service_case where state in ('draft', 'submitted', 'checking', 'in_review',"
        " 'supplement', 'approved', 'payout_failed') group by tenant_id, person_key, item_code having count(*) > 1) x"
    ),
    "a paid case without exactly one payout in the core": (
        "select count(*) from (select c.tenant_id, count(*) as paid, (select count(*) from core_demo_entry e"
        " where e.tenant_id = c.tenant_id) as booked from service_case c where c.payout_state = 'paid' group by 1) x where paid <> booked"
    ),
}
"""Each counts what must not be."""


def faults(superuser_dsn: str) -> list[str]:
    """The rules that are broken, with how many rows break them."""
    with psycopg.connect(superuser_dsn) as connection:
        found = {name: connection.execute(rule.encode()).fetchone() for name, rule in RULES.items()}
    return [f"{row[0]} × {name}" for name, row in found.items() if row is not None and row[0]]


def messages(superuser_dsn: str) -> int:
    """How many there are: a scan of nothing proves nothing."""
    with psycopg.connect(superuser_dsn) as connection:
        row = connection.execute("select count(*) from sms_message").fetchone()
    return 0 if row is None else int(row[0])
