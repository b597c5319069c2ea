"""Onboarding: profiles and figures, the province's register, manifests and their runs, and the undoing of a city.

Undoing removes every row of a tenant that never had a life of its own (ADR 0003). The function `k.tenant_erase` may do it because
each tenant table has a policy for `gjj_kernel` that opens only while that function names the tenant; `k.secure_erasure()` makes those
policies and must run after every migration that adds a tenant table: without them the function refuses, it never leaves rows behind.

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations import ddl_v1 as ddl

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
BUILD_MODES = "build_mode in ('provincial_shared', 'self_built', 'in_progress')"


def upgrade() -> None:
    _registry()
    _runs()
    ddl.run_file("0006_erase.sql")
    ddl.function("k.tenant_erase(uuid, uuid, uuid)", "gjj_kernel", ("gjj_app",))
    ddl.function("k.tenant_erasable(uuid, uuid)", "gjj_kernel", ("gjj_app",))
    ddl.function("k.codes_retired(uuid, text[])", "gjj_kernel", ("gjj_app",))
    ddl.run("revoke all on function k.secure_erasure() from public; select k.secure_erasure()")


def downgrade() -> None:
    ddl.run("select k.release_erasure()")
    erase = ("tenant_erase(uuid, uuid, uuid)", "tenant_erasable(uuid, uuid)", "codes_retired(uuid, text[])")
    for signature in ("release_erasure()", "secure_erasure()", *erase):
        ddl.run(f"drop function k.{signature}")
    for table in (
        "onboarding_step", "onboarding_run", "onboarding_manifest", "registered_centre", "sourced_figure", "centre_profile",
    ):  # fmt: skip
        op.drop_table(table)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _registry() -> None:
    ddl.inherited_table(
        "centre_profile",
        *(_text(n) for n in ("code", "name_zh", "short_name_zh", "legal_entity_zh", "build_mode")),
        sa.Column("own_app", sa.Boolean(), nullable=False),
        sa.Column("fictional", sa.Boolean(), nullable=False),
        _text("consolidates_into", nullable=True),
        _text("contact_zh"),
        sa.Column("notes", JSONB(), nullable=False),
        sa.UniqueConstraint("tenant_id", name="uq_centre_profile_tenant_id"),
        sa.CheckConstraint(BUILD_MODES, name="ck_centre_profile_build_mode"),
        readers=("gjj_citizen",),
    )
    ddl.own_table(
        "sourced_figure",
        _text("code"),
        _text("label_zh"),
        sa.Column("amount", sa.Numeric(18, 4), nullable=False),
        *(_text(n) for n in ("unit_zh", "period", "source_zh")),
        sa.Column("source_on", sa.Date(), nullable=False),
        sa.UniqueConstraint("tenant_id", "code", "period", name="uq_sourced_figure_tenant_id"),
    )
    ddl.own_table(
        "registered_centre",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        *(
            _text(n)
            for n in (
                "code",
                "city_code",
                "kind",
                "name_zh",
                "short_name_zh",
                "legal_entity_zh",
                "build_mode",
            )
        ),
        sa.Column("own_app", sa.Boolean(), nullable=False),
        sa.Column("fictional", sa.Boolean(), nullable=False),
        _text("consolidates_into", nullable=True),
        _text("status"),
        _text("plug_state", nullable=True),
        _text("plug_reason_zh"),
        sa.Column("twin_id", sa.Uuid(), nullable=True),
        *(
            sa.Column(n, sa.Integer(), nullable=False)
            for n in ("units", "staff", "channels_open", "channels_total", "sms_monthly")
        ),
        sa.Column("allowance_fen", sa.BigInteger(), nullable=False),
        *(sa.Column(n, sa.Integer(), nullable=False) for n in ("steps_done", "steps_total")),
        sa.Column("depositors", sa.Numeric(18, 4), nullable=True),
        sa.Column("detail", JSONB(), nullable=False),
        sa.Column("joined_at", TIME, nullable=True),
        sa.UniqueConstraint("tenant_id", "code", name="uq_registered_centre_tenant_id"),
        sa.UniqueConstraint("tenant_id", "subject_id", name="uq_registered_centre_subject"),
        sa.CheckConstraint(BUILD_MODES, name="ck_registered_centre_build_mode"),
    )


def _runs() -> None:
    ddl.own_table(
        "onboarding_manifest",
        _text("code"),
        _text("name_zh"),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.CheckConstraint("body_hash = sha256(body)", name="ck_onboarding_manifest_hash"),
        sa.CheckConstraint(
            "octet_length(public_key) = 32 and octet_length(signature) = 64",
            name="ck_onboarding_manifest_signature",
        ),
        rights=("select", "insert"),
    )
    op.create_index("ix_onboarding_manifest_code", "onboarding_manifest", ["tenant_id", "code"])
    ddl.own_table(
        "onboarding_run",
        sa.Column("manifest_id", sa.Uuid(), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        _text("code"),
        _text("name_zh"),
        _text("kind"),
        _text("state"),
        _text("maker_zh"),
        _text("checker_zh"),
        sa.Column("approved_at", TIME, nullable=False),
        sa.Column("finished_at", TIME, nullable=True),
        sa.Column("differences", sa.Integer(), nullable=True),
        sa.Column("facts", JSONB(), nullable=False),
        sa.UniqueConstraint("tenant_id", "change_id", name="uq_onboarding_run_tenant_id"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "manifest_id"],
            ["onboarding_manifest.tenant_id", "onboarding_manifest.id"],
            name="fk_onboarding_run_manifest",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "change_id"],
            ["change_request.tenant_id", "change_request.id"],
            name="fk_onboarding_run_change",
        ),
        sa.CheckConstraint("kind in ('apply', 'undo')", name="ck_onboarding_run_kind"),
        sa.CheckConstraint("state in ('approved', 'running', 'done')", name="ck_onboarding_run_state"),
        sa.CheckConstraint("(state = 'done') = (finished_at is not null)", name="ck_onboarding_run_finished"),
        rights=("select", "insert", "update"),
    )
    op.create_index("ix_onboarding_run_code", "onboarding_run", ["tenant_id", "code"])
    op.create_index("ix_onboarding_run_manifest", "onboarding_run", ["tenant_id", "manifest_id"])
    ddl.own_table(
        "onboarding_step",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        _text("name"),
        _text("title_zh"),
        _text("place_code"),
        _text("place_zh"),
        sa.Column("written", sa.Integer(), nullable=True),
        sa.Column("done_at", TIME, nullable=True),
        sa.UniqueConstraint("tenant_id", "run_id", "position", name="uq_onboarding_step_tenant_id"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "run_id"],
            ["onboarding_run.tenant_id", "onboarding_run.id"],
            name="fk_onboarding_step_run",
        ),
    )
    op.create_index("ix_onboarding_step_run", "onboarding_step", ["tenant_id", "run_id"])
