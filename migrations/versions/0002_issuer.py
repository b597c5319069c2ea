"""The embedded issuer: persons, counters, invitations, log-ins, codes, refresh tokens, keys.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from migrations import ddl_v1 as ddl

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
WITHOUT_DELETE = ("select", "insert", "update")
TABLES = (
    "issuer_key", "issuer_refresh", "issuer_code", "issuer_session", "issuer_invitation", "issuer_attempt",
    "issuer_recovery_code", "issuer_person",
)  # fmt: skip


def upgrade() -> None:
    _people()
    _invitations()
    _sessions()
    _tokens()
    ddl.own_table(
        "issuer_key", _text("kid"), _bytes("private_pem"), _time("created_at"),
        sa.UniqueConstraint("tenant_id", "kid", name="uq_issuer_key_tenant_id_kid"),
        rights=("select", "insert", "delete"),
    )  # fmt: skip


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)


def _people() -> None:
    ddl.own_table(
        "issuer_person",
        _text("username"),
        _text("display_name"),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        _text("password_hash", nullable=True),
        sa.Column("password_change_due", sa.Boolean(), nullable=False),
        _bytes("totp_secret", nullable=True),
        sa.Column("totp_step", sa.Integer(), nullable=False),
        sa.Column("credential_epoch", sa.Integer(), nullable=False),
        _time("created_at"),
        sa.UniqueConstraint("tenant_id", "username", name="uq_issuer_person_tenant_id_username"),
        rights=WITHOUT_DELETE,
    )
    ddl.own_table(
        "issuer_recovery_code",
        _id("person_id"),
        _bytes("code_hash"),
        _to("issuer_recovery_code", "person", "issuer_person"),
        sa.UniqueConstraint(
            "tenant_id",
            "person_id",
            "code_hash",
            name="uq_issuer_recovery_code_tenant_id_person_id_code_hash",
        ),
    )
    ddl.own_table(
        "issuer_attempt",
        _bytes("key"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        _time("last_at"),
        sa.UniqueConstraint("tenant_id", "key", name="uq_issuer_attempt_tenant_id_key"),
    )


def _invitations() -> None:
    ddl.own_table(
        "issuer_invitation",
        _bytes("token_hash"),
        _id("person_id"),
        _text("kind"),
        sa.Column("officer_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        _time("created_at"),
        _time("expires_at"),
        _time("closed_at", nullable=True),
        _to("issuer_invitation", "person", "issuer_person"),
        sa.UniqueConstraint("tenant_id", "token_hash", name="uq_issuer_invitation_tenant_id_token_hash"),
        sa.CheckConstraint("kind in ('join', 'reset')", name="ck_issuer_invitation_kind"),
        sa.CheckConstraint(
            "kind <> 'reset' or cardinality(officer_ids) = 2", name="ck_issuer_invitation_officers"
        ),
        rights=WITHOUT_DELETE,
    )
    op.create_index("ix_issuer_invitation_person", "issuer_invitation", ["tenant_id", "person_id"])


def _sessions() -> None:
    ddl.own_table(
        "issuer_session",
        _bytes("key_hash"),
        _id("person_id"),
        _time("authenticated_at"),
        sa.Column("factors", sa.ARRAY(sa.String()), nullable=False),
        _time("idle_until"),
        _time("expires_at"),
        sa.Column("notice_shown", sa.Boolean(), nullable=False),
        _time("ended_at", nullable=True),
        _to("issuer_session", "person", "issuer_person"),
        sa.UniqueConstraint("tenant_id", "key_hash", name="uq_issuer_session_tenant_id_key_hash"),
        rights=WITHOUT_DELETE,
    )
    op.create_index("ix_issuer_session_person", "issuer_session", ["tenant_id", "person_id"])


def _tokens() -> None:
    ddl.own_table(
        "issuer_code",
        *_token(),
        _bytes("code_hash"),
        _text("redirect_uri"),
        _text("nonce", nullable=True),
        _text("challenge"),
        _time("family_ended_at", nullable=True),
        _to("issuer_code", "session", "issuer_session"),
        sa.UniqueConstraint("tenant_id", "code_hash", name="uq_issuer_code_hash"),
        sa.UniqueConstraint("tenant_id", "family_id", name="uq_issuer_code_family"),
    )
    ddl.own_table(
        "issuer_refresh",
        *_token(),
        _bytes("token_hash"),
        _to("issuer_refresh", "session", "issuer_session"),
        sa.UniqueConstraint("tenant_id", "token_hash", name="uq_issuer_refresh_tenant_id_token_hash"),
    )
    for table in ("issuer_code", "issuer_refresh"):
        op.create_index(f"ix_{table}_session", table, ["tenant_id", "session_id"])


def _token() -> list[sa.Column[Any]]:
    return [
        _id("family_id"),
        _id("session_id"),
        _id("person_id"),
        _text("client_id"),
        _text("scope"),
        _time("authenticated_at"),
        sa.Column("factors", sa.ARRAY(sa.String()), nullable=False),
        _time("expires_at"),
        _time("used_at", nullable=True),
    ]


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id", f"{column}_id"], [f"{target}.tenant_id", f"{target}.id"], name=f"fk_{table}_{column}"
    )


def _text(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _bytes(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.LargeBinary(), nullable=nullable)


def _time(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, TIME, nullable=nullable)


def _id(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Uuid(), nullable=False)
