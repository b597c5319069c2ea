"""Sealing of the audit chains: signed checkpoints, the heads under them, alarms, each tenant's own copies.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations import ddl_v1 as ddl

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

OWNER = "gjj_audit_writer"
SEALER = ("gjj_sealer",)
READERS = ("gjj_app", "gjj_auditor")

HELPERS = (
    "k.head_leaf_hash(uuid, bigint, bytea)",
    "k.merkle_path(bytea[], integer)",
    "k.leaves_at(bigint)",
    "k.require_province(uuid)",
)
SEALING = (
    "k.seal_heads(uuid, integer)",
    "k.seal_entries(uuid, bigint, bigint)",
    "k.seal_checkpoints(uuid, bigint, integer)",
    "k.checkpoint_store(uuid, bytea, bytea, bytea, uuid[], bigint[], bytea[])",
    "k.seal_verdict(uuid, bigint, text)",
)
READING = (
    "k.checkpoint_extract(uuid, bigint[])",
    "k.checkpoint_covering(uuid, bigint)",
    "k.checkpoint_days(uuid)",
    "k.checkpoint_bodies(uuid, bigint[])",
    "k.audit_alarms(uuid)",
)
TABLES = ("k.checkpoint_leaf", "k.checkpoint", "k.audit_key", "k.audit_alarm")


def upgrade() -> None:
    ddl.run_file("0003_audit_seal.sql")
    for name in ("k.audit_key", "k.checkpoint", "k.checkpoint_leaf"):
        ddl.private_table(name, OWNER, ("select", "insert"))
    ddl.private_table("k.audit_alarm", OWNER, ("select", "insert", "update"))
    ddl.run(
        f"create policy tenant_audit on k.tenant for select to {OWNER} using (true);"
        f"grant select (id, kind, line) on k.tenant to {OWNER}"
    )
    for signature in HELPERS:
        ddl.function(signature, OWNER, ())
    for signature in SEALING:
        ddl.function(signature, OWNER, SEALER)
    for signature in READING:
        ddl.function(signature, OWNER, READERS)
    _as_owner("0003_audit_append.sql")
    _witness()


def downgrade() -> None:
    op.drop_table("audit_witness")
    _as_owner("0003_audit_append_before.sql")
    for signature in (*READING, *SEALING, *HELPERS):
        ddl.run(f"set local role {OWNER}; drop function {signature}; set local role gjj_owner")
    ddl.run(f"drop policy tenant_audit on k.tenant; revoke select (id, kind, line) on k.tenant from {OWNER}")
    for name in TABLES:
        ddl.run(f"drop table {name}")


def _as_owner(file: str) -> None:
    """Replacing a function takes its owner; grants stay."""
    ddl.run(f"set local role {OWNER}")
    ddl.run_file(file)
    ddl.run("set local role gjj_owner")


def _witness() -> None:
    ddl.own_table(
        "audit_witness",
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("head_hash", sa.LargeBinary(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("proof", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("tenant_id", "number", name="uq_audit_witness_tenant_id"),
        readers=("gjj_auditor",),
        rights=("select", "insert"),
    )
    # Undoing a tenant needs a policy on every tenant table; the migration that brings it may have run before this one.
    ddl.run(
        "do $$ begin if to_regprocedure('k.secure_erasure()') is not null then perform k.secure_erasure(); end if; end $$"
    )
