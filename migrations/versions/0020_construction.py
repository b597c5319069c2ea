"""Construction: plans, steps, evidence, urging, and the progress that bodies hand up.

Revision ID: 0020
Revises: 0019
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations import ddl_v1 as ddl

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
TABLES = (
    "construction_progress", "construction_urge", "construction_evidence", "construction_step", "construction_plan",
)  # fmt: skip


def upgrade() -> None:
    ddl.own_table(
        "construction_plan",
        *_texts("build_mode", "leader_zh", "department_zh", "contractor_zh"),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("planned_end_on", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.UniqueConstraint("tenant_id", name="uq_construction_plan_tenant_id"),
        sa.CheckConstraint("planned_end_on > started_on", name=op.f("ck_construction_plan_days")),
    )
    ddl.own_table(
        "construction_step",
        sa.Column("task_number", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        *_texts("title_zh"),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.UniqueConstraint("tenant_id", "task_number", "position", name="uq_construction_step_position"),
        sa.CheckConstraint("task_number between 1 and 20", name=op.f("ck_construction_step_task")),
    )
    _evidence()
    ddl.own_table(
        "construction_urge",
        sa.Column("urge_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        *_texts("text_zh"),
        sa.Column("answer_by_on", sa.Date(), nullable=False),
        sa.Column("sent_at", TIME, nullable=False),
        *_texts("sent_by_name", "answer_zh"),
        sa.Column("answered_at", TIME, nullable=True),
        *_texts("answered_by_name"),
        sa.UniqueConstraint("tenant_id", "urge_id", name="uq_construction_urge_urge_id"),
    )
    op.create_index("ix_construction_urge_subject", "construction_urge", ["tenant_id", "subject_id"])
    ddl.own_table(
        "construction_progress",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        *_texts("build_mode"),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("planned_end_on", sa.Date(), nullable=False),
        *[
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("steps_done", "steps_total", "steps_late", "days_late", "tasks_done")
        ],
        sa.Column("tasks", JSONB(), nullable=False),
        sa.Column("handed_up_at", TIME, nullable=False),
        sa.UniqueConstraint("tenant_id", "subject_id", name="uq_construction_progress_subject"),
        readers=("gjj_province_reader",),
    )


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)


def _evidence() -> None:
    ddl.own_table(
        "construction_evidence",
        sa.Column("step_id", sa.Uuid(), nullable=False),
        *_texts("title_zh", "note_zh", "address"),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        *_texts("state"),
        sa.Column("reported_on", sa.Date(), nullable=False),
        sa.Column("reported_at", TIME, nullable=False),
        sa.Column("reported_by_person_id", sa.Uuid(), nullable=False),
        *_texts("reported_by_name"),
        sa.Column("decided_by_person_id", sa.Uuid(), nullable=True),
        *_texts("decided_by_name"),
        sa.Column("decided_at", TIME, nullable=True),
        *_texts("reason_zh"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "step_id"],
            ["construction_step.tenant_id", "construction_step.id"],
            name="fk_construction_evidence_step",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "file_id"],
            ["stored_file.tenant_id", "stored_file.id"],
            name="fk_construction_evidence_file",
        ),
        sa.CheckConstraint(
            "state in ('reported', 'confirmed', 'returned', 'withdrawn')",
            name=op.f("ck_construction_evidence_state"),
        ),
        sa.CheckConstraint(
            "decided_by_person_id <> reported_by_person_id", name=op.f("ck_construction_evidence_four_eyes")
        ),
        sa.CheckConstraint(
            "(state in ('confirmed', 'returned')) = (decided_by_person_id is not null)",
            name=op.f("ck_construction_evidence_decided"),
        ),
        rights=("select", "insert", "update"),
    )
    op.create_index("ix_construction_evidence_step", "construction_evidence", ["tenant_id", "step_id"])
    op.create_index("ix_construction_evidence_file", "construction_evidence", ["tenant_id", "file_id"])


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]
