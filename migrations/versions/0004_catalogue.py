"""The catalogue: published revisions (inherited, frozen) and drafts (own); the public list of centres.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from migrations import ddl_v1 as ddl

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
KNOWN = (
    "gjj_web", "gjj_worker", "gjj_relay", "gjj_gateway", "gjj_sealer", "gjj_migrate",
    "gjj_app", "gjj_citizen", "gjj_inspector", "gjj_province_reader", "gjj_auditor",
)  # fmt: skip

# Names of public bodies are public: the home page lists the centres before any tenant is chosen. Twins and closed ones are not shown.
TENANTS_PUBLIC = """
create function k.tenants_public()
returns table (code text, name_zh text, short_name_zh text, kind text, parent_code text)
language sql stable security definer set search_path = k, pg_temp as $$
    select t.code, t.name_zh, t.short_name_zh, t.kind, p.code
    from k.tenant t left join k.tenant p on p.id = t.parent_id
    where t.status in ('active', 'read_only') and t.twin_of is null
    order by t.code $$
"""


def upgrade() -> None:
    ddl.inherited_table(
        "service_item_revision",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=True),
        sa.Column("effective_from", TIME, nullable=False),
        sa.Column("published_at", TIME, nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("service_class", sa.String(), nullable=False),
        sa.Column("audience", ARRAY(sa.String()), nullable=False),
        sa.Column("channels", ARRAY(sa.String()), nullable=False),
        sa.Column("search_text", sa.String(), nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.UniqueConstraint("tenant_id", "code", "number", name="uq_service_item_revision_number"),
        sa.UniqueConstraint("tenant_id", "change_id", name="uq_service_item_revision_change"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "change_id"],
            ["change_request.tenant_id", "change_request.id"],
            name="fk_service_item_revision_change",
        ),
        sa.CheckConstraint(
            "state in ('published', 'removed', 'inherited')", name=op.f("ck_service_item_revision_state")
        ),
        sa.CheckConstraint(
            "origin in ('template', 'manifest', 'change')", name=op.f("ck_service_item_revision_origin")
        ),
        sa.CheckConstraint(
            "(origin = 'change') = (change_id is not null)", name=op.f("ck_service_item_revision_change")
        ),
        sa.CheckConstraint("number > 0", name=op.f("ck_service_item_revision_numbered")),
        sa.CheckConstraint(
            "date_trunc('second', effective_from) = effective_from",
            name=op.f("ck_service_item_revision_second"),
        ),
        readers=("gjj_citizen",),
        rights=("select", "insert"),
    )
    op.create_index(
        "ix_service_item_revision_force", "service_item_revision", ["tenant_id", "code", "effective_from"]
    )
    ddl.own_table(
        "service_item_draft",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("based_on", sa.Uuid(), nullable=True),
        sa.Column("effective_from", TIME, nullable=True),
        sa.Column("content", JSONB(), nullable=False),
        sa.Column("editor_person_id", sa.Uuid(), nullable=False),
        sa.Column("editor_name", sa.String(), nullable=False),
        sa.Column("saved_at", TIME, nullable=False),
        sa.UniqueConstraint("tenant_id", "code", name="uq_service_item_draft_code"),
    )
    ddl.run(TENANTS_PUBLIC)
    ddl.function("k.tenants_public()", "gjj_kernel", KNOWN)


def downgrade() -> None:
    op.drop_table("service_item_draft")
    op.drop_table("service_item_revision")
    ddl.run("drop function k.tenants_public()")
