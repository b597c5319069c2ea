"""SMS accept: templates, signatures, extensions, number limits, messages, keys and the queue.

Revision ID: 0013
Revises: 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations import ddl_v1 as ddl

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
FIRST_MONTH = (2025, 10)
MONTHS = 50
CATEGORIES = "category in ('OTP', 'NOTICE', 'QUERY_REPLY', 'POLICY')"
CALLERS = {
    "k.sms_lane(text)": ("gjj_kernel",),
    "k.sms_payer_line(uuid, uuid)": (),
    "k.sms_terms(uuid, uuid, text)": ("gjj_app",),
    "k.sms_registry_keys(uuid)": ("gjj_app",),
    "k.sms_extension_of(uuid)": ("gjj_app",),
    "k.sms_number_admit(uuid, bytea, text)": (),
    "k.sms_put(uuid, uuid, jsonb)": ("gjj_app",),
}
TABLES = (
    "sms_queue", "sms_key", "sms_message", "sms_number_count", "sms_blocked_number", "sms_limit", "sms_filing", "sms_extension",
    "sms_signature", "sms_template_draft", "sms_template",
)  # fmt: skip


def upgrade() -> None:
    _templates()
    _signatures()
    _numbers()
    _messages()
    ddl.run_file("0013_sms.sql")
    ddl.private_table("k.sms_flow", "gjj_kernel")
    ddl.private_table("k.sms_clock", "gjj_kernel")
    for signature, callers in CALLERS.items():
        ddl.function(signature, "gjj_kernel", callers)


def downgrade() -> None:
    for signature in reversed(CALLERS):
        ddl.run(f"drop function {signature}")
    for table in TABLES:
        op.drop_table(table)
    ddl.run("drop table k.sms_flow; drop table k.sms_clock")


def _for_functions(table: str, rights: str) -> None:
    """The functions of the SMS service work on the rows of every tenant; nobody else does."""
    ddl.run(
        f"create policy {table}_functions on {table} for all to gjj_kernel using (true) with check (true);"
        f"grant {rights} on {table} to gjj_kernel"
    )


def _guarded(table: str) -> list[sa.Constraint]:
    """What a table has whose rows come from an approval or from the first setting-up."""
    return [
        sa.UniqueConstraint("tenant_id", "change_id", name=f"uq_{table}_change"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "change_id"],
            ["change_request.tenant_id", "change_request.id"],
            name=f"fk_{table}_change",
        ),
        sa.CheckConstraint("origin in ('template', 'change')", name=op.f(f"ck_{table}_origin")),
        sa.CheckConstraint("(origin = 'change') = (change_id is not null)", name=op.f(f"ck_{table}_change")),
    ]


def _templates() -> None:
    ddl.inherited_table(
        "sms_template",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("never_stopped", sa.Boolean(), nullable=False),
        sa.Column("body_zh", sa.String(), nullable=False),
        sa.Column("variables", JSONB(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=True),
        sa.Column("published_at", TIME, nullable=False),
        sa.UniqueConstraint("tenant_id", "code", "number", name="uq_sms_template_number"),
        *_guarded("sms_template"),
        sa.CheckConstraint(
            "state in ('published', 'withdrawn', 'inherited')", name=op.f("ck_sms_template_state")
        ),
        sa.CheckConstraint(CATEGORIES, name=op.f("ck_sms_template_category")),
        sa.CheckConstraint("number > 0", name=op.f("ck_sms_template_numbered")),
        sa.CheckConstraint("body_zh !~ '[【】]'", name=op.f("ck_sms_template_body")),
        rights=("select", "insert"),
    )
    _for_functions("sms_template", "select")
    ddl.own_table(
        "sms_template_draft",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("based_on", sa.Uuid(), nullable=True),
        sa.Column("content", JSONB(), nullable=False),
        sa.Column("editor_person_id", sa.Uuid(), nullable=False),
        sa.Column("editor_name", sa.String(), nullable=False),
        sa.Column("saved_at", TIME, nullable=False),
        sa.UniqueConstraint("tenant_id", "code", name="uq_sms_template_draft_code"),
    )


def _signatures() -> None:
    ddl.inherited_table(
        "sms_signature",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("style", sa.String(), nullable=False),
        sa.Column("text_zh", sa.String(), nullable=False),
        sa.Column("suffix_zh", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=True),
        sa.Column("published_at", TIME, nullable=False),
        sa.UniqueConstraint("tenant_id", "number", name="uq_sms_signature_number"),
        *_guarded("sms_signature"),
        sa.CheckConstraint(
            "style in ('PER_TENANT', 'PROVINCIAL_WITH_SUFFIX')", name=op.f("ck_sms_signature_style")
        ),
        sa.CheckConstraint(
            "text_zh !~ '[【】]' and suffix_zh !~ '[【】<>]'", name=op.f("ck_sms_signature_text")
        ),
        rights=("select", "insert"),
    )
    _for_functions("sms_signature", "select")
    ddl.own_table(
        "sms_extension",
        sa.Column("access_number", sa.String(), nullable=False),
        sa.Column("extension", sa.String(), nullable=False),
        sa.Column("holder_tenant_id", sa.Uuid(), nullable=False),
        sa.Column("given_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.UniqueConstraint("tenant_id", "access_number", "extension", name="uq_sms_extension_digits"),
        sa.CheckConstraint("extension ~ '^[0-9]{1,8}$'", name=op.f("ck_sms_extension_digits")),
    )
    ddl.run(
        "create unique index uq_sms_extension_holder on sms_extension (tenant_id, holder_tenant_id) where ended_at is null"
    )
    _for_functions("sms_extension", "select")
    ddl.own_table(
        "sms_filing",
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("carrier", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("note_zh", sa.String(), nullable=False),
        sa.Column("recorder_name", sa.String(), nullable=False),
        sa.Column("recorded_at", TIME, nullable=False),
        sa.UniqueConstraint(
            "tenant_id", "subject", "code", "number", "carrier", name="uq_sms_filing_carrier"
        ),
        sa.CheckConstraint("subject in ('template', 'signature')", name=op.f("ck_sms_filing_subject")),
        sa.CheckConstraint("carrier in ('MOBILE', 'UNICOM', 'TELECOM')", name=op.f("ck_sms_filing_carrier")),
        sa.CheckConstraint(
            "state in ('preparing', 'submitted', 'approved', 'refused')", name=op.f("ck_sms_filing_state")
        ),
    )


def _numbers() -> None:
    ddl.own_table(
        "sms_limit",
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("per_hour", sa.Integer(), nullable=True),
        sa.Column("per_day", sa.Integer(), nullable=True),
        sa.Column("changed_at", TIME, nullable=False),
        sa.UniqueConstraint("tenant_id", "category", name="uq_sms_limit_category"),
        sa.CheckConstraint(CATEGORIES, name=op.f("ck_sms_limit_category")),
        sa.CheckConstraint("per_hour > 0 and per_day > 0", name=op.f("ck_sms_limit_counts")),
    )
    _for_functions("sms_limit", "select")
    ddl.own_table(
        "sms_blocked_number",
        sa.Column("number_index", sa.LargeBinary(), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=False),
        sa.Column("reach", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("blocked_at", TIME, nullable=False),
        sa.Column("until", TIME, nullable=True),
        sa.UniqueConstraint("tenant_id", "number_index", "reach", name="uq_sms_blocked_number_reach"),
        sa.CheckConstraint("reach in ('ALL', 'POLICY')", name=op.f("ck_sms_blocked_number_reach")),
        sa.CheckConstraint(
            "reason in ('complaint', 'opt_out', 'attack', 'other')", name=op.f("ck_sms_blocked_number_reason")
        ),
    )
    _for_functions("sms_blocked_number", "select")
    ddl.own_table(
        "sms_number_count",
        sa.Column("number_index", sa.LargeBinary(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("hour_from", TIME, nullable=False),
        sa.Column("hour_count", sa.Integer(), nullable=False),
        sa.Column("day_from", TIME, nullable=False),
        sa.Column("day_count", sa.Integer(), nullable=False),
        sa.UniqueConstraint("tenant_id", "number_index", "category", name="uq_sms_number_count_number"),
        rights=("select",),
    )
    _for_functions("sms_number_count", "select, insert, update, delete")


def _messages() -> None:
    op.create_table(
        "sms_message",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("template_id", sa.Uuid(), nullable=False),
        sa.Column("template_code", sa.String(), nullable=False),
        sa.Column("template_number", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("never_stopped", sa.Boolean(), nullable=False),
        sa.Column("lane", sa.SmallInteger(), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=False),
        sa.Column("phone_index", sa.LargeBinary(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.Column("sender_code", sa.String(), nullable=False),
        sa.Column("segments", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("accepted_at", TIME, nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=True),
        sa.Column("link", sa.String(), nullable=True),
        sa.Column("carrier", sa.String(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("status_code", sa.String(), nullable=True),
        sa.Column("final_at", TIME, nullable=True),
        sa.Column("origin_kind", sa.String(), nullable=False),
        sa.Column("origin_id", sa.String(), nullable=False),
        sa.Column("accepted_in", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_sms_message"),
        sa.CheckConstraint(
            "state in ('queued', 'sending', 'sent', 'delivered', 'failed', 'unknown', 'expired', 'refused', 'stopped')",
            name=op.f("ck_sms_message_state"),
        ),
        sa.CheckConstraint(CATEGORIES, name=op.f("ck_sms_message_category")),
        sa.CheckConstraint("segments > 0", name=op.f("ck_sms_message_segments")),
        postgresql_partition_by="range (id)",
    )
    op.create_index("ix_sms_message_phone", "sms_message", ["tenant_id", "phone_index", "id"])
    ddl.secure_own("sms_message", rights=("select",))
    ddl.monthly_partitions("sms_message", first=FIRST_MONTH, months=MONTHS)
    _for_functions("sms_message", "select, insert, update")
    ddl.own_table(
        "sms_key",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.UniqueConstraint("tenant_id", "key", name="uq_sms_key_key"),
        rights=("select",),
    )
    op.create_index("ix_sms_key_message", "sms_key", ["tenant_id", "message_id"])
    _for_functions("sms_key", "select, insert, delete")
    ddl.own_table(
        "sms_queue",
        sa.Column("lane", sa.SmallInteger(), nullable=False),
        sa.Column("vtime", sa.Double(), nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=True),
        sa.Column("segments", sa.Integer(), nullable=False),
        sa.Column("leased_until", TIME, nullable=True),
        sa.Column("token", sa.Uuid(), nullable=True),
        sa.Column("link", sa.String(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.CheckConstraint("lane between 0 and 2", name=op.f("ck_sms_queue_lane")),
        rights=("select",),
    )
    # The claim walks a lane in order of virtual time over all tenants: the gateway's function has no tenant.
    op.create_index("ix_sms_queue_order", "sms_queue", ["lane", "vtime", "id"])
    _for_functions("sms_queue", "select, insert, update, delete")
