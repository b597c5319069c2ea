"""Daily facts of centres and monthly sums at the province.

Revision ID: 0009
Revises: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations import ddl_v1 as ddl

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    ddl.own_table(
        "daily_fact",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.UniqueConstraint("tenant_id", "day", "measure", "channel", name="uq_daily_fact_cell"),
        sa.CheckConstraint("value >= 0", name="ck_daily_fact_value"),
        sa.CheckConstraint("origin in ('event', 'reported', 'synthetic')", name="ck_daily_fact_origin"),
    )
    ddl.own_table(
        "centre_month",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint(
            "tenant_id", "subject_id", "month", "measure", "channel", name="uq_centre_month_cell"
        ),
        sa.CheckConstraint("value >= 0", name="ck_centre_month_value"),
        readers=("gjj_province_reader",),
    )
    op.create_index("ix_centre_month_month", "centre_month", ["tenant_id", "month"])


def downgrade() -> None:
    op.drop_table("centre_month")
    op.drop_table("daily_fact")
