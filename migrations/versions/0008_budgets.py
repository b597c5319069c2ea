"""Spending plans.

Revision ID: 0008
Revises: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations import ddl_v1 as ddl

revision = "0008"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    ddl.own_table(
        "spending_plan",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sms_monthly", sa.Integer(), nullable=False),
        sa.Column("allowance_fen", sa.BigInteger(), nullable=False),
        sa.Column("construction_fen", sa.BigInteger(), nullable=False),
        sa.Column("operation_fen", sa.BigInteger(), nullable=False),
        sa.Column("security_fen", sa.BigInteger(), nullable=False),
        sa.Column("warn_percent", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("tenant_id", "year", "number", name="uq_spending_plan_number"),
        sa.UniqueConstraint("tenant_id", "change_id", name="uq_spending_plan_change"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "change_id"],
            ["change_request.tenant_id", "change_request.id"],
            name="fk_spending_plan_change",
        ),
        sa.CheckConstraint("origin in ('manifest', 'change')", name="ck_spending_plan_origin"),
        sa.CheckConstraint("(origin = 'change') = (change_id is not null)", name="ck_spending_plan_change"),
        sa.CheckConstraint("sms_monthly >= 0 and allowance_fen >= 0", name="ck_spending_plan_amounts"),
        sa.CheckConstraint("warn_percent between 1 and 100", name="ck_spending_plan_warn"),
        rights=("select", "insert"),
    )


def downgrade() -> None:
    op.drop_table("spending_plan")
