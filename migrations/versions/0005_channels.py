"""Channels: revisions, item switches, emergency stops.

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations import ddl_v1 as ddl

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
CITIZENS = ("gjj_citizen",)


def upgrade() -> None:
    _channel_revision()
    ddl.inherited_table(
        "item_switch",
        sa.Column("item_code", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("effective_from", TIME, nullable=False),
        sa.Column("effective_to", TIME, nullable=True),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("published_at", TIME, nullable=False),
        sa.UniqueConstraint("tenant_id", "change_id", name="uq_item_switch_change"),
        _to_change("fk_item_switch_change"),
        readers=CITIZENS,
        rights=("select", "insert"),
    )
    op.create_index(
        "ix_item_switch_force", "item_switch", ["tenant_id", "item_code", "channel", "effective_from"]
    )
    ddl.inherited_table(
        "emergency_stop",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("item_code", sa.String(), nullable=False),
        sa.Column("reason_zh", sa.String(), nullable=False),
        sa.Column("declared_person_id", sa.Uuid(), nullable=False),
        sa.Column("declared_name", sa.String(), nullable=False),
        sa.Column("declared_at", TIME, nullable=False),
        sa.Column("ends_at", TIME, nullable=False),
        sa.Column("confirmed_person_id", sa.Uuid(), nullable=True),
        sa.Column("confirmed_name", sa.String(), nullable=True),
        sa.Column("confirmed_at", TIME, nullable=True),
        sa.Column("ended_at", TIME, nullable=True),
        sa.CheckConstraint("confirmed_person_id <> declared_person_id", name="ck_emergency_stop_four_eyes"),
        sa.CheckConstraint(
            "(confirmed_at is null) = (confirmed_person_id is null)", name="ck_emergency_stop_confirmed"
        ),
        readers=CITIZENS,
        rights=("select", "insert", "update"),
    )
    op.create_index("ix_emergency_stop_live", "emergency_stop", ["tenant_id", "channel", "declared_at"])
    # What was declared stays as it was: only the confirmation and the end may be written.
    ddl.run("revoke update on emergency_stop from gjj_app")
    ddl.run(
        "grant update (confirmed_person_id, confirmed_name, confirmed_at, ended_at) on emergency_stop to gjj_app"
    )


def downgrade() -> None:
    for table in ("emergency_stop", "item_switch", "channel_revision"):
        op.drop_table(table)


def _channel_revision() -> None:
    ddl.inherited_table(
        "channel_revision",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("stopped_until", TIME, nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("owner_zh", sa.String(), nullable=False),
        sa.Column("filing_zh", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("open_from", sa.Time(), nullable=True),
        sa.Column("open_to", sa.Time(), nullable=True),
        sa.Column("working_days_only", sa.Boolean(), nullable=False),
        sa.Column("single_min_fen", sa.BigInteger(), nullable=True),
        sa.Column("single_max_fen", sa.BigInteger(), nullable=True),
        sa.Column("day_max_fen", sa.BigInteger(), nullable=True),
        sa.Column("visits_threshold", sa.Integer(), nullable=True),
        sa.Column("business_threshold", sa.Integer(), nullable=True),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("effective_from", TIME, nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=True),
        sa.Column("published_at", TIME, nullable=False),
        sa.UniqueConstraint("tenant_id", "code", "number", name="uq_channel_revision_number"),
        sa.UniqueConstraint("tenant_id", "change_id", name="uq_channel_revision_change"),
        _to_change("fk_channel_revision_change"),
        sa.CheckConstraint("origin in ('manifest', 'change')", name="ck_channel_revision_origin"),
        sa.CheckConstraint(
            "(origin = 'change') = (change_id is not null)", name="ck_channel_revision_change"
        ),
        sa.CheckConstraint(
            "source in ('provincial', 'own', 'government', 'bank')", name="ck_channel_revision_source"
        ),
        readers=CITIZENS,
        rights=("select", "insert"),
    )
    op.create_index("ix_channel_revision_force", "channel_revision", ["tenant_id", "code", "effective_from"])


def _to_change(name: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id", "change_id"], ["change_request.tenant_id", "change_request.id"], name=name
    )
