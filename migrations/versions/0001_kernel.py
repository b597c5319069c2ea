"""The kernel: tenants, directory, units, people and grants, approvals, queue, audit chain, reference data.

Revision ID: 0001
Revises:
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations import ddl_v1 as ddl

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
LOGINS = ("gjj_web", "gjj_worker", "gjj_relay", "gjj_gateway", "gjj_sealer", "gjj_migrate")
ROLES = ("gjj_app", "gjj_citizen", "gjj_inspector", "gjj_province_reader", "gjj_auditor")
FIRST_MONTH = (2025, 10)
MONTHS = 50


def upgrade() -> None:
    ddl.run_file("0001_kernel.sql")
    _private()
    _reference()
    _people()
    _approvals()
    _queue()
    _audit()
    ddl.run_file("0001_functions.sql")
    _hand_over()


def downgrade() -> None:
    for table in (
        "audit_event", "audit_head", "inbox_receipt", "job_key", "outbox_event", "change_comment", "change_request", "session",
        "role_grant", "membership", "org_unit", "role_permission", "role", "calendar_day",
    ):  # fmt: skip
        op.drop_table(table)
    ddl.run("drop schema k cascade; create schema k authorization gjj_owner;")
    for role in (*ROLES, *LOGINS, "gjj_backup", "gjj_kernel", "gjj_audit_writer"):
        ddl.run(f"grant usage on schema k to {role}")
    for role in ("gjj_kernel", "gjj_audit_writer"):
        ddl.run(f"grant create on schema k to {role}")


def _private() -> None:
    ddl.private_table("k.ctx_key", "gjj_kernel", ("select",))
    ddl.private_table("k.tenant", "gjj_kernel")
    ddl.private_table("k.retired_code", "gjj_kernel", ("select", "insert"))
    ddl.private_table("k.directory_entry", "gjj_kernel")


def _reference() -> None:
    ddl.reference_table(
        "role",
        sa.Column("code", sa.String(), primary_key=True),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("tenant_kinds", sa.String(), nullable=False),
        sa.Column("first_screen_zh", sa.String(), nullable=False),
        sa.Column("duties_zh", sa.String(), nullable=False),
        sa.Column("exclusive_with", sa.String(), nullable=False),
        sa.Column("officer", sa.String(), nullable=True),
    )
    ddl.reference_table(
        "role_permission",
        sa.Column("code", sa.String(), primary_key=True),
        sa.Column("role_code", sa.String(), nullable=False),
        sa.Column("permission", sa.String(), nullable=False),
    )
    op.create_index("ix_role_permission_role_code", "role_permission", ["role_code"])
    ddl.reference_table(
        "calendar_day",
        sa.Column("code", sa.String(), primary_key=True),
        sa.Column("working", sa.Boolean(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
    )


def _people() -> None:
    ddl.own_table(
        "org_unit",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("parent_unit_id", sa.Uuid(), nullable=True),
        sa.Column("closed_at", TIME, nullable=True),
        sa.UniqueConstraint("tenant_id", "code", name="uq_org_unit_tenant_id_code"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "parent_unit_id"],
            ["org_unit.tenant_id", "org_unit.id"],
            name="fk_org_unit_tenant_id",
        ),
    )
    op.create_index("ix_org_unit_parent", "org_unit", ["tenant_id", "parent_unit_id"])
    ddl.own_table(
        "membership",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("title_zh", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("valid_to", TIME, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.UniqueConstraint("tenant_id", "person_id", name="uq_membership_tenant_id_person_id"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["org_unit.tenant_id", "org_unit.id"], name="fk_membership_tenant_id"
        ),
        sa.CheckConstraint("state in ('invited', 'active', 'disabled')", name="ck_membership_state"),
    )
    op.create_index("ix_membership_unit", "membership", ["tenant_id", "unit_id"])
    ddl.own_table(
        "role_grant",
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role_code", sa.String(), nullable=False),
        sa.Column("officer", sa.String(), nullable=True),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=True),
        sa.Column("valid_to", TIME, nullable=True),
        sa.Column("granted_at", TIME, nullable=False),
        sa.Column("revoked_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "membership_id"],
            ["membership.tenant_id", "membership.id"],
            name="fk_role_grant_tenant_id",
        ),
        sa.CheckConstraint("origin in ('manifest', 'change')", name="ck_role_grant_origin"),
        sa.CheckConstraint("(origin = 'change') = (change_id is not null)", name="ck_role_grant_change"),
    )
    op.create_index("ix_role_grant_membership", "role_grant", ["tenant_id", "membership_id"])
    ddl.run(
        "create unique index uq_role_grant_live on role_grant (tenant_id, membership_id, role_code) where revoked_at is null"
    )
    # 三员: one person never holds two of system, security and audit officer in one tenant.
    ddl.run(
        "alter table role_grant add constraint ex_role_grant_officers exclude using gist"
        " (tenant_id with =, person_id with =, officer with <>) where (officer is not null and revoked_at is null)"
    )
    ddl.own_table(
        "session",
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("issuer_session", sa.String(), nullable=False),
        sa.Column("tokens", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "membership_id"],
            ["membership.tenant_id", "membership.id"],
            name="fk_session_tenant_id",
        ),
    )
    op.create_index("ix_session_membership", "session", ["tenant_id", "membership_id"])


def _approvals() -> None:
    ddl.own_table(
        "change_request",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title_zh", sa.String(), nullable=False),
        sa.Column("reason_zh", sa.String(), nullable=False),
        sa.Column("object_kind", sa.String(), nullable=False),
        sa.Column("object_id", sa.String(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("difference", JSONB(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("maker_person_id", sa.Uuid(), nullable=False),
        sa.Column("maker_name", sa.String(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("checker_person_id", sa.Uuid(), nullable=True),
        sa.Column("checker_name", sa.String(), nullable=True),
        sa.Column("decided_at", TIME, nullable=True),
        sa.Column("note_zh", sa.String(), nullable=True),
        sa.Column("executed_at", TIME, nullable=True),
        sa.CheckConstraint("checker_person_id <> maker_person_id", name="ck_change_request_four_eyes"),
        sa.CheckConstraint("content_hash = sha256(payload)", name="ck_change_request_hash"),
        sa.CheckConstraint(
            "state in ('pending', 'executed', 'sent_back', 'withdrawn', 'expired')",
            name="ck_change_request_state",
        ),
        sa.CheckConstraint(
            "(state = 'executed') = (executed_at is not null)", name="ck_change_request_executed"
        ),
        sa.CheckConstraint(
            "state <> 'executed' or checker_person_id is not null", name="ck_change_request_checked"
        ),
        rights=("select", "insert", "update"),
    )
    # What was proposed can't be changed afterwards: the app may write the decision only.
    ddl.run("revoke update on change_request from gjj_app")
    ddl.run(
        "grant update (state, checker_person_id, checker_name, decided_at, note_zh, executed_at) on change_request to gjj_app"
    )
    ddl.run(
        "create index ix_change_request_open on change_request (tenant_id, made_at) where state = 'pending'"
    )
    op.create_index("ix_change_request_object", "change_request", ["tenant_id", "object_kind", "object_id"])
    ddl.own_table(
        "change_comment",
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("text_zh", sa.String(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "change_id"],
            ["change_request.tenant_id", "change_request.id"],
            name="fk_change_comment_tenant_id",
        ),
        rights=("select", "insert"),
    )
    op.create_index("ix_change_comment_change", "change_comment", ["tenant_id", "change_id"])


def _queue() -> None:
    op.create_table(
        "outbox_event",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("payload", JSONB(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("token", sa.Uuid(), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("done_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_outbox_event"),
        sa.CheckConstraint("state in ('ready', 'leased', 'done', 'dead')", name="ck_outbox_event_state"),
        postgresql_partition_by="range (id)",
    )
    ddl.run(
        "create index ix_outbox_event_due on outbox_event (tenant_id, due_at) where state in ('ready', 'leased')"
    )
    ddl.secure_own("outbox_event")
    ddl.monthly_partitions("outbox_event", first=FIRST_MONTH, months=MONTHS)
    ddl.run(
        "create policy outbox_event_relay_select on outbox_event for select to gjj_kernel using (true);"
        "create policy outbox_event_relay_update on outbox_event for update to gjj_kernel using (true) with check (true);"
        "grant select (tenant_id, id, name, state, due_at, attempts), update (state, token, attempts, due_at)"
        " on outbox_event to gjj_kernel"
    )
    ddl.own_table(
        "job_key",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.UniqueConstraint("tenant_id", "key", name="uq_job_key_tenant_id_key"),
    )
    ddl.own_table(
        "inbox_receipt",
        sa.Column("source_tenant_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.UniqueConstraint(
            "tenant_id",
            "source_tenant_id",
            "event_id",
            name="uq_inbox_receipt_tenant_id_source_tenant_id_event_id",
        ),
        rights=("select", "insert"),
    )


def _audit() -> None:
    ddl.own_table(
        "audit_head",
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("head_hash", sa.LargeBinary(), nullable=False),
        sa.Column("changed_at", TIME, nullable=False, server_default=sa.text("now()")),
        readers=("gjj_auditor",),
        rights=("select",),
    )
    op.create_table(
        "audit_event",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("prev_hash", sa.LargeBinary(), nullable=False),
        sa.Column("entry_hash", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("object_kind", sa.String(), nullable=False),
        sa.Column("object_id", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_audit_event"),
        postgresql_partition_by="range (id)",
    )
    op.create_index("ix_audit_event_seq", "audit_event", ["tenant_id", "seq"])
    op.create_index("ix_audit_event_object", "audit_event", ["tenant_id", "object_kind", "object_id"])
    op.create_index("ix_audit_event_actor", "audit_event", ["tenant_id", "actor", "seq"])
    ddl.secure_own("audit_event", readers=("gjj_auditor",), rights=("select",))
    ddl.monthly_partitions("audit_event", first=FIRST_MONTH, months=MONTHS)
    ddl.run(
        "create policy audit_event_writer_insert on audit_event for insert to gjj_audit_writer with check (true);"
        "create policy audit_event_writer_select on audit_event for select to gjj_audit_writer using (true);"
        "create policy audit_head_writer on audit_head for all to gjj_audit_writer using (true) with check (true);"
        "grant insert, select on audit_event to gjj_audit_writer; grant select, insert, update on audit_head to gjj_audit_writer"
    )


def _hand_over() -> None:
    everyone = (*ROLES, *LOGINS, "gjj_kernel", "gjj_audit_writer")
    known = (*LOGINS, *ROLES)
    kernel = {
        "k.ctx()": ("gjj_kernel", "gjj_audit_writer"),
        "k.require_tenant(uuid)": ("gjj_kernel", "gjj_audit_writer"),
        "k.cur_tenant(text, boolean)": everyone,
        "k.cur_subject(text)": everyone,
        "k.cur_line(text)": everyone,
        "k.tenant_open(uuid, uuid, text, uuid, text, text, text, boolean, boolean, uuid)": ("gjj_app",),
        "k.tenant_set_status(uuid, uuid, text)": ("gjj_app",),
        "k.tenant_rename(uuid, uuid, text, text)": ("gjj_app",),
        "k.tenant_tree(uuid)": ("gjj_app", "gjj_province_reader", "gjj_citizen"),
        "k.tenant_by_code(text)": known,
        "k.tenant_by_id(uuid)": known,
        "k.directory_find(text, bytea)": ("gjj_web", "gjj_worker"),
        "k.directory_put(uuid, text, bytea, uuid)": ("gjj_app", "gjj_citizen"),
        "k.directory_drop(uuid, uuid)": ("gjj_app", "gjj_citizen"),
        "k.outbox_due_tenants(integer)": ("gjj_relay",),
        "k.outbox_next_due()": ("gjj_relay",),
        "k.outbox_claim(uuid, integer, integer, uuid)": ("gjj_relay",),
    }
    for signature, callers in kernel.items():
        ddl.function(signature, "gjj_kernel", callers)
    ddl.function(
        "k.audit_append(uuid, bytea)",
        "gjj_audit_writer",
        ("gjj_app", "gjj_citizen", "gjj_inspector", "gjj_auditor"),
    )
