"""Cases: applications with their history, receipts, materials and ratings; the link to a core system.

Revision ID: 0016
Revises: 0015
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations import ddl_v1 as ddl

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
STATES = (
    "state in ('draft', 'submitted', 'checking', 'in_review', 'supplement', 'approved', 'refused', 'paid',"
    " 'payout_failed', 'closed', 'withdrawn', 'expired')"
)
IN_FLIGHT = (
    "state IN ('draft', 'submitted', 'checking', 'in_review', 'supplement', 'approved', 'payout_failed')"
)
WRITE_SELECT_INSERT = ("select", "insert")

# Row security for applicants beyond "the own account's rows": they may hand in, change and take back, never decide;
# steps that are for clerks are not theirs to read. Restrictive: on top of what citizen_rows grants.
CITIZEN = """
create policy service_case_starts_gjj_citizen on service_case as restrictive for insert to gjj_citizen
    with check (tenant_id = (select k.cur_tenant('gjj_citizen', true)) and state = 'draft' and decision is null and payout_state = '');
create policy service_case_moves_gjj_citizen on service_case as restrictive for update to gjj_citizen
    using (tenant_id = (select k.cur_tenant('gjj_citizen', true))
        and state in ('draft', 'submitted', 'checking', 'in_review', 'supplement'))
    with check (tenant_id = (select k.cur_tenant('gjj_citizen', true))
        and state in ('draft', 'submitted', 'supplement', 'withdrawn') and decision is null and payout_state = '');
create policy case_event_visible_gjj_citizen on case_event as restrictive for select to gjj_citizen
    using (tenant_id = (select k.cur_tenant('gjj_citizen')) and citizen_visible);
create policy case_event_own_step_gjj_citizen on case_event as restrictive for insert to gjj_citizen
    with check (tenant_id = (select k.cur_tenant('gjj_citizen', true)) and by_kind = 'citizen' and citizen_visible);
"""

FUNCTIONS = """
-- The running case that a new one would double. The person may hold it under another account, whose rows are not the asker's to read.
create function k.case_in_flight(p_tenant uuid, p_person_key bytea, p_item text)
returns table (id uuid, number text, state text, channel text, started_at timestamptz, account_id uuid)
language plpgsql stable security definer set search_path = k, public, pg_temp as $$
begin
    perform k.require_tenant(p_tenant);
    return query select c.id, c.number::text, c.state::text, c.channel_last::text, c.started_at, c.account_id
      from public.service_case c
     where c.tenant_id = p_tenant and c.person_key = p_person_key and c.item_code = p_item
       and c.state in ('draft', 'submitted', 'checking', 'in_review', 'supplement', 'approved', 'payout_failed');
end $$;

-- One account's withdrawals in the demo core's books; the reference is known to its holder only.
create function k.core_demo_entries(p_tenant uuid, p_person text)
returns table (asked_at timestamptz, amount_fen bigint, outcome text)
language plpgsql stable security definer set search_path = k, public, pg_temp as $$
begin
    perform k.require_tenant(p_tenant);
    return query select e.asked_at, e.amount_fen, e.outcome::text from public.core_demo_entry e
     where e.tenant_id = p_tenant and e.person_mark = p_person order by e.asked_at;
end $$;

create policy service_case_in_flight on service_case for select to gjj_kernel using (true);
grant select (tenant_id, id, person_key, item_code, number, state, channel_last, started_at, account_id) on service_case to gjj_kernel;
create policy core_demo_entry_kernel on core_demo_entry for select to gjj_kernel using (true);
grant select on core_demo_entry to gjj_kernel;
"""
CALLERS = ("gjj_app", "gjj_citizen")
SIGNATURES = ("k.case_in_flight(uuid, bytea, text)", "k.core_demo_entries(uuid, text)")


def _text(name: str, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(), nullable=null)


def _uuid(name: str, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Uuid(), nullable=null)


def _time(name: str, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, TIME, nullable=null)


def _sealed(name: str, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.LargeBinary(), nullable=null)


def _number(name: str, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=null)


def _of_case(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id", "case_id"],
        ["service_case.tenant_id", "service_case.id"],
        name=f"fk_{table}_tenant_id_case_id",
    )


def upgrade() -> None:
    _core()
    _case()
    _steps()
    _rest()
    ddl.citizen_rows("service_case", "account_id", ("select", "insert", "update"))
    ddl.citizen_rows("case_event", "account_id", ("select", "insert"))
    ddl.citizen_rows("case_check", "account_id")
    ddl.citizen_rows("case_material", "account_id", ("select", "insert", "delete"))
    ddl.citizen_rows("case_rating", "account_id", ("select", "insert"))
    ddl.run(CITIZEN)
    ddl.run(FUNCTIONS)
    for signature in SIGNATURES:
        ddl.function(signature, "gjj_kernel", CALLERS)


def _core() -> None:
    ddl.own_table(
        "core_link",
        _text("adapter"),
        _text("mode"),
        _number("timeout_ms"),
        _number("delay_ms"),
        _time("changed_at"),
        sa.UniqueConstraint("tenant_id", name="uq_core_link_tenant_id"),
        sa.CheckConstraint("adapter in ('demo')", name="adapter"),
        sa.CheckConstraint("mode in ('normal', 'slow', 'down', 'wrong')", name="mode"),
        sa.CheckConstraint("timeout_ms between 50 and 10000 and delay_ms between 0 and 60000", name="times"),
        readers=("gjj_citizen",),
    )
    ddl.own_table(
        "core_demo_entry",
        _text("key"),
        _text("person_mark"),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        _text("outcome"),
        _text("core_no"),
        _time("asked_at"),
        _time("settles_at"),
        sa.UniqueConstraint("tenant_id", "key", name="uq_core_demo_entry_tenant_id_key"),
        sa.UniqueConstraint("tenant_id", "core_no", name="uq_core_demo_entry_tenant_id_core_no"),
        sa.CheckConstraint("outcome in ('paid', 'failed')", name="outcome"),
        rights=WRITE_SELECT_INSERT,
    )
    op.create_index("ix_core_demo_entry_person", "core_demo_entry", ["tenant_id", "person_mark"])


def _case() -> None:
    ddl.own_table(
        "service_case",
        *(_text(name) for name in ("number", "item_code", "item_name_zh", "business_kind")),
        _uuid("revision_id"), _number("revision_number"), _uuid("account_id"),
        *(_sealed(name) for name in ("person_key", "person_ref", "name", "phone")),
        _uuid("unit_id", null=True),
        _text("channel_started"), _text("channel_last"), _number("level"),
        _text("state"), _time("state_at"), _number("steps"), _sealed("form", null=True), _number("version"),
        sa.Column("deferred_materials", postgresql.ARRAY(sa.String()), nullable=False),
        _text("limit_kind", null=True), _number("limit_value", null=True), _text("limit_unit", null=True),
        _text("limit_basis_zh"), _text("statutory_words_zh"),
        sa.Column("received_on", sa.Date(), nullable=True), sa.Column("running_since", sa.Date(), nullable=True),
        _number("used_days"), sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False), sa.Column("expires_on", sa.Date(), nullable=True),
        _text("rules_version"), _number("check_round"), _text("waiting_for"),
        _uuid("taken_person_id", null=True), _text("taken_name"), _time("taken_at", null=True),
        _text("decision", null=True), _time("decided_at", null=True), _uuid("decided_person_id", null=True),
        _text("decided_name"), _sealed("reason", null=True),
        _text("payout_state"), _number("payout_attempt"), _text("payout_no"), _time("payout_at", null=True),
        _time("started_at"), _time("saved_at"), _time("submitted_at", null=True), _time("closed_at", null=True),
        sa.UniqueConstraint("tenant_id", "number", name="uq_service_case_tenant_id_number"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["org_unit.tenant_id", "org_unit.id"], name="fk_service_case_tenant_id_unit_id"
        ),
        sa.CheckConstraint(STATES, name="state"),
        sa.CheckConstraint("decision in ('approved', 'refused')", name="decision"),
        sa.CheckConstraint(
            "payout_state in ('waiting', 'accepted', 'paid', 'failed', '')", name="payout_state"
        ),
        sa.CheckConstraint("limit_unit in ('instant', 'working_day', 'calendar_day')", name="limit_unit"),
        sa.CheckConstraint("steps >= 0 and version >= 0 and check_round >= 0 and used_days >= 0", name="counts"),
        rights=("select", "insert", "update"),
    )  # fmt: skip
    op.create_index(
        "uq_service_case_in_flight",
        "service_case",
        ["tenant_id", "person_key", "item_code"],
        unique=True,
        postgresql_where=sa.text(IN_FLIGHT),
    )
    op.create_index("ix_service_case_account_id", "service_case", ["tenant_id", "account_id", "started_at"])
    op.create_index("ix_service_case_unit_id", "service_case", ["tenant_id", "unit_id"])
    op.create_index("ix_service_case_work", "service_case", ["tenant_id", "state", "due_on"])


def _steps() -> None:
    ddl.own_table(
        "case_event",
        _uuid("case_id"),
        _uuid("account_id"),
        _number("step"),
        _time("at"),
        *(_text(name) for name in ("kind", "from_state", "to_state", "by_kind")),
        _uuid("by_person_id", null=True),
        _text("by_name"),
        _text("channel"),
        _sealed("words", null=True),
        sa.Column("citizen_visible", sa.Boolean(), nullable=False),
        _of_case("case_event"),
        sa.UniqueConstraint("tenant_id", "case_id", "step", name="uq_case_event_step"),
        sa.CheckConstraint("by_kind in ('citizen', 'clerk', 'system')", name="by_kind"),
        rights=WRITE_SELECT_INSERT,
    )
    ddl.own_table(
        "case_check",
        _uuid("case_id"),
        _uuid("account_id"),
        _number("round"),
        *(_text(name) for name in ("rule_code", "rule_version", "sentence_zh", "outcome", "source_zh")),
        _sealed("compared"),
        _time("as_of", null=True),
        _time("checked_at"),
        _of_case("case_check"),
        sa.UniqueConstraint("tenant_id", "case_id", "round", "rule_code", name="uq_case_check_rule"),
        sa.CheckConstraint("outcome in ('passed', 'failed', 'unknown')", name="outcome"),
        rights=WRITE_SELECT_INSERT,
    )


def _rest() -> None:
    ddl.own_table(
        "case_material",
        _uuid("case_id"),
        _uuid("account_id"),
        _text("material"),
        _uuid("file_id"),
        _text("channel"),
        _time("added_at"),
        _of_case("case_material"),
        sa.UniqueConstraint("tenant_id", "case_id", "file_id", name="uq_case_material_file"),
        rights=("select", "insert", "delete"),
    )
    ddl.own_table(
        "case_rating",
        _uuid("case_id"),
        _uuid("account_id"),
        _text("grade"),
        _sealed("words", null=True),
        _text("channel"),
        _time("rated_at"),
        _of_case("case_rating"),
        sa.UniqueConstraint("tenant_id", "case_id", name="uq_case_rating_tenant_id_case_id"),
        sa.CheckConstraint(
            "grade in ('very_satisfied', 'satisfied', 'basically', 'unsatisfied', 'very_unsatisfied')",
            name="grade",
        ),
        rights=WRITE_SELECT_INSERT,
    )
    ddl.own_table(
        "case_setting",
        sa.Column("automatic_kinds", postgresql.ARRAY(sa.String()), nullable=False),
        _time("changed_at"),
        sa.UniqueConstraint("tenant_id", name="uq_case_setting_tenant_id"),
        rights=("select", "insert", "update"),
    )


def downgrade() -> None:
    for signature in SIGNATURES:
        ddl.run(f"drop function {signature}")
    for table in ("case_setting", "case_rating", "case_material", "case_check", "case_event", "service_case"):
        op.drop_table(table)
    op.drop_table("core_demo_entry")
    op.drop_table("core_link")
