"""Money: allowance of a month, metering of each message, tariffs, statements.

Revision ID: 0012
Revises: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations import ddl_v1 as ddl

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
FIRST_MONTH = (2025, 10)
MONTHS = 50
FUNCTIONS = (
    "k.usage_book(uuid, uuid, timestamptz, text, text, text, text, integer, integer, integer, text, text)",
    "k.allowance_reserve(uuid, text, integer, boolean)",
    "k.allowance_open(uuid, text)",
)


def upgrade() -> None:
    _allowance()
    _usage()
    _tariff()
    _statement()
    ddl.run_file("0012_money.sql")
    for signature in FUNCTIONS:
        ddl.function(signature, "gjj_kernel", ())


def downgrade() -> None:
    for signature in FUNCTIONS:
        ddl.run(f"drop function {signature}")
    ddl.run(
        "drop policy spending_plan_allowance on spending_plan; revoke all on spending_plan from gjj_kernel"
    )
    for table in (
        "sms_running_month", "sms_statement_received", "sms_statement", "sms_tariff", "sms_usage", "sms_allowance", "allowance_rule",
    ):  # fmt: skip
        op.drop_table(table)


def _allowance() -> None:
    ddl.own_table(
        "allowance_rule",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hard", sa.Boolean(), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("published_at", TIME, nullable=False),
        sa.UniqueConstraint("tenant_id", "number", name="uq_allowance_rule_number"),
        sa.UniqueConstraint("tenant_id", "change_id", name="uq_allowance_rule_change"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "change_id"],
            ["change_request.tenant_id", "change_request.id"],
            name="fk_allowance_rule_change",
        ),
        rights=("select", "insert"),
    )
    ddl.own_table(
        "sms_allowance",
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("cap_segments", sa.Integer(), nullable=True),
        sa.Column("hard", sa.Boolean(), nullable=False),
        sa.Column("warn_percent", sa.Integer(), nullable=False),
        sa.Column("reserved_segments", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("used_segments", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("stopped_count", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("warned_at", TIME, nullable=True),
        sa.Column("over_at", TIME, nullable=True),
        sa.Column("stopped_at", TIME, nullable=True),
        sa.UniqueConstraint("tenant_id", "month", name="uq_sms_allowance_tenant_id_month"),
        sa.CheckConstraint("warn_percent between 1 and 100", name="ck_sms_allowance_warn"),
        sa.CheckConstraint("cap_segments >= 0 and used_segments >= 0", name="ck_sms_allowance_amounts"),
        rights=("select", "update"),
    )
    # Counters belong to the functions; the app may only make the row follow the plan and the rule.
    ddl.run("revoke update on sms_allowance from gjj_app")
    ddl.run(
        "grant update (cap_segments, hard, warn_percent, warned_at, over_at, stopped_at) on sms_allowance to gjj_app"
    )
    ddl.run(
        "create policy sms_allowance_functions on sms_allowance for all to gjj_kernel using (true) with check (true);"
        "grant select, insert, update on sms_allowance to gjj_kernel;"
        "create policy allowance_rule_functions on allowance_rule for select to gjj_kernel using (true);"
        "grant select on allowance_rule to gjj_kernel;"
        "create policy spending_plan_allowance on spending_plan for select to gjj_kernel using (true);"
        "grant select on spending_plan to gjj_kernel"
    )


def _usage() -> None:
    op.create_table(
        "sms_usage",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("reserved_month", sa.String(), nullable=False),
        sa.Column("link", sa.String(), nullable=False),
        sa.Column("carrier", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("reserved", sa.Integer(), nullable=False),
        sa.Column("submitted", sa.Integer(), nullable=False),
        sa.Column("delivered", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("booked_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_sms_usage"),
        sa.CheckConstraint(
            "outcome in ('delivered', 'failed', 'unknown', 'expired', 'refused')", name="ck_sms_usage_outcome"
        ),
        sa.CheckConstraint("reserved >= 0 and submitted >= 0 and delivered >= 0", name="ck_sms_usage_counts"),
        postgresql_partition_by="range (id)",
    )
    op.create_index("ix_sms_usage_day", "sms_usage", ["tenant_id", "day"])
    ddl.secure_own("sms_usage", rights=("select",))
    ddl.monthly_partitions("sms_usage", first=FIRST_MONTH, months=MONTHS)
    ddl.run(
        "create policy sms_usage_book on sms_usage for insert to gjj_kernel with check (true);"
        "create policy sms_usage_booked on sms_usage for select to gjj_kernel using (true);"
        "grant select, insert on sms_usage to gjj_kernel"
    )


def _tariff() -> None:
    ddl.inherited_table(
        "sms_tariff",
        sa.Column("carrier", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("tiers", JSONB(), nullable=False),
        sa.Column("note_zh", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=True),
        sa.Column("published_at", TIME, nullable=False),
        sa.UniqueConstraint("tenant_id", "carrier", "number", name="uq_sms_tariff_number"),
        sa.UniqueConstraint("tenant_id", "change_id", name="uq_sms_tariff_change"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "change_id"],
            ["change_request.tenant_id", "change_request.id"],
            name="fk_sms_tariff_change",
        ),
        sa.CheckConstraint("basis in ('submitted', 'delivered')", name="ck_sms_tariff_basis"),
        sa.CheckConstraint("origin in ('default', 'change')", name="ck_sms_tariff_origin"),
        sa.CheckConstraint("(origin = 'change') = (change_id is not null)", name="ck_sms_tariff_change"),
        rights=("select", "insert"),
    )


def _statement() -> None:
    """Issued bytes are written once: the app has no right to change or delete them."""
    ddl.own_table(
        "sms_statement",
        *_frozen(),
        sa.Column("issued_by", sa.String(), nullable=False),
        sa.UniqueConstraint("tenant_id", "month", name="uq_sms_statement_tenant_id_month"),
        sa.CheckConstraint("body_hash = sha256(body)", name="ck_sms_statement_hash"),
        rights=("select", "insert"),
    )
    ddl.own_table(
        "sms_statement_received",
        *_frozen(),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.UniqueConstraint("tenant_id", "subject_id", "month", name="uq_sms_statement_received_month"),
        sa.CheckConstraint("body_hash = sha256(body)", name="ck_sms_statement_received_hash"),
        readers=("gjj_province_reader",),
        rights=("select", "insert"),
    )
    op.create_index("ix_sms_statement_received_month", "sms_statement_received", ["tenant_id", "month"])
    ddl.own_table(
        "sms_running_month",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("segments", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("as_of", TIME, nullable=False),
        sa.UniqueConstraint("tenant_id", "subject_id", "month", name="uq_sms_running_month_subject"),
        readers=("gjj_province_reader",),
        rights=("select", "insert", "update"),
    )
    op.create_index("ix_sms_running_month_month", "sms_running_month", ["tenant_id", "month"])


def _frozen() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("segments", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("issued_at", TIME, nullable=False),
    )
