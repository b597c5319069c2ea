"""Standards as versioned data, the ledger under the facts, indicators handed up.

Revision ID: 0019
Revises: 0018
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations import ddl_v1 as ddl

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

WRITTEN_ONCE = ("select", "insert")


def upgrade() -> None:
    _standards()
    _ledger()
    _indicators()


def downgrade() -> None:
    op.drop_table("centre_indicator")
    op.drop_table("fact_correction")
    op.drop_table("fact_event")
    # Cells of different dimensions and origins have one place each again: their sum, under the weakest label.
    ddl.run("alter table daily_fact no force row level security")
    ddl.run(
        "create temporary table kept on commit drop as select tenant_id, (array_agg(id order by id))[1] as id, day, measure, channel,"
        " sum(value) as value, max(origin) as origin from daily_fact group by tenant_id, day, measure, channel;"
        " delete from daily_fact; alter table daily_fact drop constraint uq_daily_fact_cell; alter table daily_fact drop column dims;"
        " insert into daily_fact (tenant_id, id, day, measure, channel, value, origin)"
        " select tenant_id, id, day, measure, channel, value, origin from kept"
    )
    ddl.run("alter table daily_fact force row level security")
    op.create_unique_constraint(
        "uq_daily_fact_cell", "daily_fact", ["tenant_id", "day", "measure", "channel"]
    )
    for table in (
        "standard_draft",
        "standard_veto",
        "standard_check",
        "standard_item",
        "acceptance_standard",
    ):
        op.drop_table(table)


def _standards() -> None:
    ddl.inherited_table(
        "acceptance_standard",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("change_id", sa.Uuid()),
        sa.Column("note_zh", sa.String(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("tenant_id", "number", name="uq_acceptance_standard_number"),
        sa.UniqueConstraint("tenant_id", "change_id", name="uq_acceptance_standard_change"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "change_id"], ["change_request.tenant_id", "change_request.id"],
            name="fk_acceptance_standard_change",
        ),
        sa.CheckConstraint("origin in ('seed', 'change')", name="ck_acceptance_standard_origin"),
        sa.CheckConstraint("(origin = 'change') = (change_id is not null)", name="ck_acceptance_standard_change"),
        sa.CheckConstraint("number > 0", name="ck_acceptance_standard_numbered"),
        rights=WRITTEN_ONCE,
    )  # fmt: skip
    op.create_index("ix_acceptance_standard_force", "acceptance_standard", ["tenant_id", "effective_on"])
    _part(
        "standard_item",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("dimension_zh", sa.String(), nullable=False),
        sa.Column("guideline_item", sa.Integer()),
        sa.Column("title_zh", sa.String(), nullable=False),
        sa.Column("points", sa.Numeric(6, 2), nullable=False),
        sa.Column("notes_zh", sa.String(), nullable=False),
        sa.UniqueConstraint("tenant_id", "standard_id", "code", name="uq_standard_item_code"),
        sa.CheckConstraint("points >= 0", name="ck_standard_item_points"),
    )
    _part("standard_check", *_check_columns())
    _part(
        "standard_veto",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("condition_zh", sa.String(), nullable=False),
        sa.Column("basis_zh", sa.String(), nullable=False),
        sa.Column("effect_zh", sa.String(), nullable=False),
        sa.Column("indicator", sa.String()),
        sa.UniqueConstraint("tenant_id", "standard_id", "code", name="uq_standard_veto_code"),
    )
    ddl.own_table(
        "standard_draft",
        sa.Column("based_on", sa.Integer(), nullable=False),
        sa.Column("effective_on", sa.Date()),
        sa.Column("edits", postgresql.JSONB(), nullable=False),
        sa.Column("editor_person_id", sa.Uuid(), nullable=False),
        sa.Column("editor_name", sa.String(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("tenant_id", name="uq_standard_draft_tenant_id"),
    )


def _part(name: str, *columns: sa.schema.SchemaItem) -> None:
    """A table of what a version holds; the unique key that begins with the version is its index too."""
    ddl.inherited_table(
        name,
        sa.Column("standard_id", sa.Uuid(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(
            ["tenant_id", "standard_id"], ["acceptance_standard.tenant_id", "acceptance_standard.id"],
            name=f"fk_{name}_standard",
        ),
        rights=WRITTEN_ONCE,
    )  # fmt: skip


def _check_columns() -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("item_code", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("check_zh", sa.String(), nullable=False),
        sa.Column("points", sa.Numeric(6, 2), nullable=False),
        sa.Column("nature", sa.String(), nullable=False),
        sa.Column("clause", sa.String(), nullable=False),
        sa.Column("measured_by", sa.String(), nullable=False),
        sa.Column("indicator", sa.String()),
        sa.Column("evidence_zh", sa.String(), nullable=False),
        sa.Column("method_zh", sa.String(), nullable=False),
        sa.Column("threshold_zh", sa.String(), nullable=False),
        sa.Column("threshold_op", sa.String()),
        sa.Column("threshold", sa.Numeric(12, 4)),
        sa.Column("score_mode", sa.String(), nullable=False),
        sa.UniqueConstraint("tenant_id", "standard_id", "item_code", "seq", name="uq_standard_check_seq"),
        sa.CheckConstraint("points >= 0", name="ck_standard_check_points"),
        sa.CheckConstraint("nature in ('function', 'use', 'organisation')", name="ck_standard_check_nature"),
        sa.CheckConstraint(
            "measured_by in ('measured', 'reported', 'test_record', 'document')",
            name="ck_standard_check_measured_by",
        ),
        sa.CheckConstraint("score_mode in ('whole', 'proportional')", name="ck_standard_check_score_mode"),
        sa.CheckConstraint("threshold_op in ('ge', 'le')", name="ck_standard_check_threshold_op"),
        sa.CheckConstraint(
            "(threshold is null) = (threshold_op is null)", name="ck_standard_check_threshold"
        ),
    )


def _ledger() -> None:
    op.add_column("daily_fact", sa.Column("dims", sa.String(), nullable=False, server_default=""))
    op.drop_constraint("uq_daily_fact_cell", "daily_fact", type_="unique")
    op.create_unique_constraint(
        "uq_daily_fact_cell", "daily_fact", ["tenant_id", "day", "measure", "channel", "dims", "origin"]
    )
    ddl.own_table(
        "fact_event",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("dims", sa.String(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("source_event_id", sa.Uuid()),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("tenant_id", "kind", "source_event_id", name="uq_fact_event_source"),
        sa.CheckConstraint("n >= 0", name="ck_fact_event_n"),
        rights=WRITTEN_ONCE,
    )
    op.create_index("ix_fact_event_day", "fact_event", ["tenant_id", "day", "kind", "id"])
    ddl.own_table(
        "fact_correction",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("dims", sa.String(), nullable=False),
        sa.Column("before", sa.BigInteger(), nullable=False),
        sa.Column("after", sa.BigInteger(), nullable=False),
        sa.Column("ledger_rows", sa.Integer(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        rights=WRITTEN_ONCE,
    )
    op.create_index("ix_fact_correction_day", "fact_correction", ["tenant_id", "day", "measure"])


def _indicators() -> None:
    ddl.own_table(
        "centre_indicator",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("source_hash", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("amount", sa.Numeric(16, 4)),
        sa.Column("sample", sa.BigInteger(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("tenant_id", "subject_id", "code", name="uq_centre_indicator_code"),
        sa.CheckConstraint("state in ('not_enough', 'value')", name="ck_centre_indicator_state"),
        sa.CheckConstraint("(state = 'value') = (amount is not null)", name="ck_centre_indicator_amount"),
        readers=("gjj_province_reader",),
    )
