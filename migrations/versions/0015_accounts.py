"""Accounts of depositors and employers' clerks, their log-ins, codes and bindings; the programs of the channels.

Revision ID: 0015
Revises: 0014
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from migrations import ddl_v1 as ddl

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
KEPT = ("select", "insert", "update")
TABLES = (
    "channel_link", "channel_nonce", "channel_client", "account_counter_code", "account_binding", "account_place",
    "account_limit", "account_challenge", "account_session", "account_consent", "account",
)  # fmt: skip


def upgrade() -> None:
    _accounts()
    _guards()
    _bindings()
    _channels()


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)


def _accounts() -> None:
    ddl.own_table(
        "account",
        _bytes("phone"),
        _bytes("phone_index"),
        _text("state"),
        _time("created_at"),
        _unique("account", "phone_index"),
        sa.CheckConstraint("state in ('active', 'locked', 'closed')", name="ck_account_state"),
        rights=KEPT,
    )
    ddl.citizen_rows("account", "id")
    ddl.own_table(
        "account_consent",
        _id("account_id"),
        _text("notice_version"),
        _text("centre_code"),
        _text("channel"),
        _time("agreed_at"),
        _to("account_consent", "account_id", "account"),
        _unique("account_consent", "account_id", "notice_version"),
        rights=("select", "insert"),
    )
    ddl.citizen_rows("account_consent", "account_id")
    ddl.own_table(
        "account_session",
        _id("account_id"),
        _bytes("key_hash"),
        _text("channel"),
        _id("client_id", nullable=True),
        _id("centre_id", nullable=True),
        _text("device"),
        _time("real_person_at", nullable=True),
        _text("real_person_by", nullable=True),
        _id("real_person_for", nullable=True),
        _time("created_at"),
        _time("seen_at"),
        _time("expires_at"),
        _time("ended_at", nullable=True),
        _to("account_session", "account_id", "account"),
        _unique("account_session", "key_hash"),
        rights=KEPT,
    )
    op.create_index("ix_account_session_account", "account_session", ["tenant_id", "account_id"])
    ddl.citizen_rows("account_session", "account_id")


def _guards() -> None:
    ddl.own_table(
        "account_challenge",
        _bytes("key_hash"),
        _text("purpose"),
        _bytes("phone"),
        _bytes("phone_index"),
        _bytes("code_hash"),
        _id("account_id", nullable=True),
        _id("client_id", nullable=True),
        _bytes("holder"),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        _time("made_at"),
        _time("expires_at"),
        _time("proven_at", nullable=True),
        _time("used_at", nullable=True),
        _unique("account_challenge", "key_hash"),
        sa.CheckConstraint("attempts between 0 and 5", name="ck_account_challenge_attempts"),
        rights=KEPT,
    )
    ddl.own_table(
        "account_limit",
        _bytes("key"),
        sa.Column("taken", sa.Integer(), nullable=False),
        _time("ends_at"),
        _unique("account_limit", "key"),
    )
    op.create_index("ix_account_limit_ends", "account_limit", ["tenant_id", "ends_at"])


def _bindings() -> None:
    ddl.own_table(
        "account_place",
        _id("account_id"),
        _id("centre_id"),
        _id("binding_id"),
        _text("kind"),
        _time("bound_at"),
        _time("ended_at", nullable=True),
        _to("account_place", "account_id", "account"),
        _unique("account_place", "binding_id"),
        sa.CheckConstraint("kind in ('depositor', 'employer')", name="ck_account_place_kind"),
        rights=KEPT,
    )
    op.create_index("ix_account_place_account", "account_place", ["tenant_id", "account_id"])
    ddl.citizen_rows("account_place", "account_id")
    ddl.own_table(
        "account_binding",
        _id("account_id"),
        _text("kind"),
        _bytes("person_ref"),
        _bytes("person_index"),
        _bytes("name"),
        _bytes("identity_index"),
        _text("unit_code"),
        _text("proven_by"),
        _id("clerk_id", nullable=True),
        _time("bound_at"),
        _time("ended_at", nullable=True),
        sa.CheckConstraint("kind in ('depositor', 'employer')", name="ck_account_binding_kind"),
        sa.CheckConstraint("proven_by in ('core', 'counter')", name="ck_account_binding_proven_by"),
        rights=KEPT,
    )
    for name, columns, also in (
        ("uq_account_binding_live", "account_id, kind, person_index", ""),
        ("uq_account_binding_one_depositor", "account_id", " and kind = 'depositor'"),
        ("uq_account_binding_person", "person_index", " and kind = 'depositor'"),
    ):
        ddl.run(
            f"create unique index {name} on account_binding (tenant_id, {columns}) where ended_at is null{also}"
        )
    ddl.citizen_rows("account_binding", "account_id")
    ddl.own_table(
        "account_counter_code",
        _id("account_id"),
        _id("session_id"),
        _text("purpose"),
        _bytes("code_hash"),
        _time("made_at"),
        _time("expires_at"),
        _time("used_at", nullable=True),
        _id("used_by", nullable=True),
        _id("result_id", nullable=True),
        _unique("account_counter_code", "code_hash"),
        sa.CheckConstraint("purpose in ('bind', 'real_person')", name="ck_account_counter_code_purpose"),
        rights=KEPT,
    )
    op.create_index("ix_account_counter_code_account", "account_counter_code", ["tenant_id", "account_id"])
    ddl.citizen_rows("account_counter_code", "account_id")


def _channels() -> None:
    ddl.own_table(
        "channel_client",
        _text("code"),
        _text("name_zh"),
        _text("channel"),
        sa.Column("scopes", sa.ARRAY(sa.String()), nullable=False),
        _text("algorithm"),
        _bytes("key"),
        _id("centre_id", nullable=True),
        _id("change_id", nullable=True),
        _time("valid_to", nullable=True),
        _time("registered_at"),
        _time("stopped_at", nullable=True),
        _unique("channel_client", "code"),
        sa.CheckConstraint(
            "channel in ('wechat', 'gov_app', 'kiosk', 'hall', 'app')", name="ck_channel_client_channel"
        ),
        sa.CheckConstraint("algorithm in ('ed25519', 'hmac-sha256')", name="ck_channel_client_algorithm"),
        _to("channel_client", "change_id", "change_request"),
        rights=KEPT,
    )
    op.create_index("ix_channel_client_change", "channel_client", ["tenant_id", "change_id"])
    ddl.own_table(
        "channel_nonce",
        _id("client_id"),
        _bytes("nonce"),
        _time("expires_at"),
        _to("channel_nonce", "client_id", "channel_client"),
        _unique("channel_nonce", "client_id", "nonce"),
        rights=("select", "insert", "delete"),
    )
    op.create_index("ix_channel_nonce_expires", "channel_nonce", ["tenant_id", "expires_at"])
    ddl.own_table(
        "channel_link",
        _id("account_id"),
        _text("channel"),
        _bytes("user_index"),
        _time("linked_at"),
        _time("ended_at", nullable=True),
        _to("channel_link", "account_id", "account"),
        rights=KEPT,
    )
    ddl.run(
        "create unique index uq_channel_link_live on channel_link (tenant_id, channel, user_index) where ended_at is null"
    )
    op.create_index("ix_channel_link_account", "channel_link", ["tenant_id", "account_id"])
    ddl.citizen_rows("channel_link", "account_id")


def _id(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _bytes(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.LargeBinary(), nullable=False)


def _time(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, TIME, nullable=nullable)


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint("tenant_id", *columns, name=f"uq_{table}_tenant_id_{'_'.join(columns)}")


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id", column], [f"{target}.tenant_id", f"{target}.id"], name=f"fk_{table}_tenant_id_{column}"
    )
