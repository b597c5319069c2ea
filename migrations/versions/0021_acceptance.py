"""Acceptance: self-assessments, packages, applications with their steps, panels, findings, verdicts, dossiers.

Revision ID: 0021
Revises: 0020
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations import ddl_v1 as ddl

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
POINTS = sa.Numeric(6, 2)
ADD = ("select", "insert")
CHANGE = ("select", "insert", "update")
STAGES = (
    "state in ('draft', 'applied', 'desk', 'returned', 'panel', 'discussion', 'opinion', 'rectifying', 'rechecking', 'signing',"
    " 'concluded')"
)
ARROWS = (
    "from_state is null or from_state || '>' || to_state in ('returned>applied', 'applied>desk', 'desk>returned', 'desk>panel',"
    " 'panel>discussion', 'panel>opinion', 'discussion>panel', 'discussion>opinion', 'opinion>rectifying', 'opinion>signing',"
    " 'rectifying>rechecking', 'rechecking>rectifying', 'rechecking>signing', 'signing>concluded')"
)
TABLES = (
    "acceptance_dossier", "acceptance_verdict", "finding_recheck", "finding_answer_file", "finding_answer", "acceptance_finding",
    "opinion_signature", "panel_score", "panel_seat", "review_step", "review_application", "acceptance_package_file",
    "acceptance_package", "assessment_file", "assessment_entry", "assessment",
)  # fmt: skip

# Seats are given while the panel sits; a closed or recused one is never touched again; points are written on an open seat only.
PANEL = """
create policy panel_seat_given on panel_seat as restrictive for insert to gjj_app
    with check (tenant_id = (select k.cur_tenant('gjj_app', true)) and (tie = 'interest' or (state = 'seated' and exists (
        select 1 from review_application a where a.tenant_id = panel_seat.tenant_id and a.id = panel_seat.application_id
            and a.subject_id = panel_seat.subject_id and a.state = 'panel'))));
create policy panel_seat_open on panel_seat as restrictive for update to gjj_app
    using (tenant_id = (select k.cur_tenant('gjj_app', true)) and state = 'seated')
    with check (tenant_id = (select k.cur_tenant('gjj_app', true)));
create policy panel_score_given on panel_score as restrictive for insert to gjj_app
    with check (tenant_id = (select k.cur_tenant('gjj_app', true)) and exists (
        select 1 from panel_seat s join review_application a on a.tenant_id = s.tenant_id and a.id = s.application_id
        where s.tenant_id = panel_score.tenant_id and s.id = panel_score.seat_id and s.state = 'seated' and a.state = 'panel'));
create policy panel_score_changed on panel_score as restrictive for update to gjj_app
    using (tenant_id = (select k.cur_tenant('gjj_app', true)) and exists (
        select 1 from panel_seat s join review_application a on a.tenant_id = s.tenant_id and a.id = s.application_id
        where s.tenant_id = panel_score.tenant_id and s.id = panel_score.seat_id and s.state = 'seated' and a.state = 'panel'))
    with check (tenant_id = (select k.cur_tenant('gjj_app', true)));
"""


def upgrade() -> None:
    _assessments()
    _packages()
    _applications()
    _panel()
    _findings()
    _verdicts()


def downgrade() -> None:
    ddl.run("alter table review_application drop constraint fk_review_application_step")
    for policy, table in (
        ("panel_score_changed", "panel_score"),
        ("panel_score_given", "panel_score"),
        ("panel_seat_open", "panel_seat"),
        ("panel_seat_given", "panel_seat"),
    ):
        ddl.run(f"drop policy {policy} on {table}")
    for table in TABLES:
        op.drop_table(table)


def _c(name: str, kind: Any, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=null)


def _texts(*names: str) -> list[sa.Column[Any]]:
    return [_c(name, sa.String()) for name in names]


def _ids(*names: str) -> list[sa.Column[Any]]:
    return [_c(name, sa.Uuid()) for name in names]


def _fk(table: str, name: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id", column], [f"{other}.tenant_id", f"{other}.id"], name=f"fk_{table}_{name}"
    )


def _ck(table: str, name: str, text: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(text, name=op.f(f"ck_{table}_{name}"))


def _assessments() -> None:
    ddl.own_table(
        "assessment",
        _c("number", sa.Integer()),
        *_ids("standard_id"),
        _c("standard_number", sa.Integer()),
        *_texts("state"),
        _c("opened_at", TIME),
        *_texts("opened_by_name"),
        _c("measured_on", sa.Date()),
        _c("measured", JSONB()),
        _c("vetoes", JSONB()),
        *_texts("plan_note_zh"),
        _c("last_filled_by_person_id", sa.Uuid(), null=True),
        _c("round", sa.Integer()),
        _c("package_id", sa.Uuid(), null=True),
        _c("submitted_by_person_id", sa.Uuid(), null=True),
        *_texts("submitted_by_name"),
        _c("submitted_at", TIME, null=True),
        _c("step", sa.Integer()),
        _c("state_since", TIME),
        _c("due_on", sa.Date(), null=True),
        *_texts("message_zh"),
        sa.UniqueConstraint("tenant_id", "number", name="uq_assessment_number"),
        _ck("assessment", "state", STAGES),
        _ck("assessment", "four_eyes", "submitted_by_person_id <> last_filled_by_person_id"),
        rights=CHANGE,
    )
    op.create_index(
        "uq_assessment_open", "assessment", ["tenant_id"], unique=True, postgresql_where=sa.text("state <> 'concluded'")
    )  # fmt: skip
    ddl.own_table(
        "assessment_entry",
        *_ids("assessment_id"),
        *_texts("item_code"),
        _c("number", sa.Integer()),
        _c("self_score", POINTS),
        *_texts("note_zh"),
        *_ids("filled_by_person_id"),
        *_texts("filled_by_name"),
        _c("filled_at", TIME),
        sa.UniqueConstraint(
            "tenant_id", "assessment_id", "item_code", "number", name="uq_assessment_entry_number"
        ),
        _fk("assessment_entry", "assessment", "assessment_id", "assessment"),
        _ck("assessment_entry", "score", "self_score >= 0 and number > 0"),
        rights=ADD,
    )
    ddl.own_table(
        "assessment_file",
        *_ids("assessment_id"),
        *_texts("item_code"),
        *_ids("file_id"),
        *_texts("kind", "title_zh"),
        _c("issued_on", sa.Date(), null=True),
        *_texts("attached_by_name"),
        _c("attached_at", TIME),
        _c("removed_at", TIME, null=True),
        _fk("assessment_file", "assessment", "assessment_id", "assessment"),
        _fk("assessment_file", "file", "file_id", "stored_file"),
        _ck("assessment_file", "kind", "kind in ('evidence', 'evaluation_report')"),
        _ck("assessment_file", "issued", "kind = 'evidence' or issued_on is not null"),
        rights=CHANGE,
    )
    op.create_index("ix_assessment_file_assessment", "assessment_file", ["tenant_id", "assessment_id"])
    op.create_index("ix_assessment_file_file", "assessment_file", ["tenant_id", "file_id"])


def _packages() -> None:
    ddl.own_table(
        "acceptance_package",
        *_ids("package_id"),
        *_texts("kind"),
        *_ids("subject_id", "assessment_id"),
        _c("body", sa.LargeBinary()),
        _c("body_hash", sa.LargeBinary()),
        _c("made_at", TIME),
        _c("received_at", TIME, null=True),
        sa.UniqueConstraint("tenant_id", "package_id", name="uq_acceptance_package_package_id"),
        _ck("acceptance_package", "hash", "body_hash = sha256(body)"),
        _ck(
            "acceptance_package",
            "kind",
            "kind in ('application', 'opinion', 'answers', 'recheck', 'verdict')",
        ),
        rights=ADD,
    )
    op.create_index(
        "ix_acceptance_package_assessment",
        "acceptance_package",
        ["tenant_id", "assessment_id", "kind", "made_at"],
    )
    ddl.own_table(
        "acceptance_package_file",
        *_ids("package_id", "subject_id", "source_file_id"),
        _c("sha256", sa.LargeBinary()),
        _c("size", sa.BigInteger()),
        *_texts("kind", "title_zh", "reference"),
        _c("file_id", sa.Uuid(), null=True),
        _c("received_at", TIME, null=True),
        sa.UniqueConstraint(
            "tenant_id", "package_id", "source_file_id", name="uq_acceptance_package_file_source"
        ),
        _fk("acceptance_package_file", "file", "file_id", "stored_file"),
        _ck("acceptance_package_file", "content", "octet_length(sha256) = 32 and size > 0"),
        rights=CHANGE,
    )
    op.create_index("ix_acceptance_package_file_file", "acceptance_package_file", ["tenant_id", "file_id"])


def _applications() -> None:
    ddl.own_table(
        "review_application",
        *_ids("assessment_id", "subject_id"),
        *_texts("code", "name_zh", "kind", "build_mode"),
        _c("fictional", sa.Boolean()),
        *_ids("package_id", "standard_id"),
        _c("standard_number", sa.Integer()),
        _c("round", sa.Integer()),
        _c("self_total", POINTS),
        *_texts("submitted_by_name", "state"),
        _c("step", sa.Integer()),
        _c("state_since", TIME),
        _c("due_on", sa.Date(), null=True),
        _c("received_at", TIME),
        *_texts("discussion_zh", "opinion_zh"),
        _c("opinion_number", sa.Integer()),
        *_texts("opinion_by_name"),
        _c("opinion_at", TIME, null=True),
        _c("panel_total", POINTS, null=True),
        *_texts("conclusion_zh"),
        _c("vetoes", JSONB()),
        sa.UniqueConstraint("tenant_id", "assessment_id", name="uq_review_application_assessment"),
        rights=CHANGE,
    )
    op.create_index("ix_review_application_step", "review_application", ["tenant_id", "id", "step", "state"])
    op.create_index("ix_review_application_state", "review_application", ["tenant_id", "state", "due_on"])
    before = ["review_step.tenant_id", "review_step.application_id", "review_step.number", "review_step.to_state"]  # fmt: skip
    ddl.own_table(
        "review_step",
        *_ids("application_id"),
        _c("number", sa.Integer()),
        _c("from_number", sa.Integer(), null=True),
        _c("from_state", sa.String(), null=True),
        *_texts("to_state"),
        _c("at", TIME),
        _c("due_on", sa.Date(), null=True),
        _c("late_days", sa.Integer()),
        *_texts("by_name", "note_zh"),
        _fk("review_step", "application", "application_id", "review_application"),
        sa.UniqueConstraint("tenant_id", "application_id", "number", name="uq_review_step_number"),
        sa.UniqueConstraint("tenant_id", "application_id", "number", "to_state", name="uq_review_step_state"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "application_id", "from_number", "from_state"], before, name="fk_review_step_before"
        ),
        _ck(
            "review_step",
            "chain",
            "(number = 1 and from_number is null and from_state is null and to_state = 'desk')"
            " or (number > 1 and from_number = number - 1 and from_state is not null)",
        ),
        _ck("review_step", "arrow", ARROWS),
        rights=ADD,
    )
    op.create_index(
        "ix_review_step_before", "review_step", ["tenant_id", "application_id", "from_number", "from_state"]
    )
    op.create_foreign_key(
        "fk_review_application_step",
        "review_application",
        "review_step",
        ["tenant_id", "id", "step", "state"],
        ["tenant_id", "application_id", "number", "to_state"],
        deferrable=True,
        initially="DEFERRED",
    )


def _panel() -> None:
    ddl.own_table(
        "panel_seat",
        _c("application_id", sa.Uuid(), null=True),
        *_ids("person_id", "subject_id"),
        *_texts("tie", "state", "name_zh", "reason_zh", "set_by_name"),
        _c("set_at", TIME),
        _c("ended_at", TIME, null=True),
        *_texts("ended_by_name"),
        _c("total", POINTS, null=True),
        _c("sheet_hash", sa.LargeBinary(), null=True),
        _fk("panel_seat", "application", "application_id", "review_application"),
        _ck("panel_seat", "tie", "tie in ('seat', 'interest')"),
        _ck("panel_seat", "state", "state in ('seated', 'closed', 'recused', 'barred')"),
        _ck("panel_seat", "barred", "(tie = 'interest') = (state = 'barred')"),
        _ck("panel_seat", "seat", "(tie = 'seat') = (application_id is not null)"),
        _ck("panel_seat", "closed", "(state = 'closed') = (total is not null)"),
        rights=CHANGE,
    )
    op.create_index(
        "uq_panel_seat_person", "panel_seat", ["tenant_id", "application_id", "person_id"],
        unique=True, postgresql_where=sa.text("tie = 'seat'"),
    )  # fmt: skip
    op.create_index(
        "uq_panel_seat_interest", "panel_seat", ["tenant_id", "subject_id", "person_id"],
        unique=True, postgresql_where=sa.text("tie = 'interest'"),
    )  # fmt: skip
    op.create_index("ix_panel_seat_application", "panel_seat", ["tenant_id", "application_id"])
    op.create_index("ix_panel_seat_mine", "panel_seat", ["tenant_id", "person_id", "state"])
    ddl.run(
        "alter table panel_seat add constraint ex_panel_seat_interest exclude using gist"
        " (tenant_id with =, person_id with =, subject_id with =, tie with <>) where (state <> 'recused')"
    )
    ddl.own_table(
        "panel_score",
        *_ids("seat_id"),
        *_texts("item_code"),
        _c("points", POINTS),
        _c("max_points", POINTS),
        *_texts("note_zh"),
        _c("scored_at", TIME),
        _fk("panel_score", "seat", "seat_id", "panel_seat"),
        sa.UniqueConstraint("tenant_id", "seat_id", "item_code", name="uq_panel_score_item"),
        _ck("panel_score", "points", "points >= 0 and points <= max_points"),
        rights=CHANGE,
    )
    ddl.own_table(
        "opinion_signature",
        *_ids("seat_id"),
        _c("draft_number", sa.Integer()),
        _c("agrees", sa.Boolean()),
        *_texts("dissent_zh", "name_zh"),
        _c("signed_at", TIME),
        _fk("opinion_signature", "seat", "seat_id", "panel_seat"),
        sa.UniqueConstraint("tenant_id", "seat_id", "draft_number", name="uq_opinion_signature_draft"),
        _ck("opinion_signature", "dissent", "agrees or dissent_zh <> ''"),
        rights=ADD,
    )
    ddl.run(PANEL)


def _findings() -> None:
    ddl.own_table(
        "acceptance_finding",
        *_ids("finding_id", "assessment_id"),
        _c("number", sa.Integer()),
        *_texts("item_code", "text_zh"),
        _c("must", sa.Boolean()),
        *_texts("state"),
        *_ids("author_person_id"),
        *_texts("author_name"),
        _c("written_at", TIME),
        _c("due_on", sa.Date(), null=True),
        _c("round", sa.Integer()),
        sa.UniqueConstraint("tenant_id", "finding_id", name="uq_acceptance_finding_finding_id"),
        _ck(
            "acceptance_finding",
            "state",
            "state in ('draft', 'dropped', 'noted', 'open', 'answered', 'failed', 'passed')",
        ),
        _ck("acceptance_finding", "advice", "must or state in ('draft', 'dropped', 'noted')"),
        rights=CHANGE,
    )
    op.create_index(
        "ix_acceptance_finding_assessment", "acceptance_finding", ["tenant_id", "assessment_id", "number"]
    )
    ddl.own_table(
        "finding_answer",
        *_ids("finding_id"),
        _c("round", sa.Integer()),
        *_texts("text_zh"),
        *_ids("written_by_person_id"),
        *_texts("written_by_name"),
        _c("written_at", TIME),
        _c("sent_by_person_id", sa.Uuid(), null=True),
        *_texts("sent_by_name"),
        _c("sent_at", TIME, null=True),
        sa.UniqueConstraint("tenant_id", "finding_id", "round", name="uq_finding_answer_round"),
        _ck("finding_answer", "four_eyes", "sent_by_person_id <> written_by_person_id"),
        rights=CHANGE,
    )
    ddl.own_table(
        "finding_answer_file",
        *_ids("finding_id"),
        _c("round", sa.Integer()),
        *_ids("file_id"),
        *_texts("title_zh", "attached_by_name"),
        _c("attached_at", TIME),
        _fk("finding_answer_file", "file", "file_id", "stored_file"),
        rights=ADD,
    )
    op.create_index(
        "ix_finding_answer_file_finding", "finding_answer_file", ["tenant_id", "finding_id", "round"]
    )
    op.create_index("ix_finding_answer_file_file", "finding_answer_file", ["tenant_id", "file_id"])
    ddl.own_table(
        "finding_recheck",
        *_ids("finding_id"),
        _c("round", sa.Integer()),
        _c("passed", sa.Boolean()),
        *_texts("note_zh"),
        *_ids("author_person_id", "checker_person_id"),
        *_texts("checker_name"),
        _c("checked_at", TIME),
        sa.UniqueConstraint("tenant_id", "finding_id", "round", name="uq_finding_recheck_round"),
        _ck("finding_recheck", "other_person", "checker_person_id <> author_person_id"),
        rights=ADD,
    )


def _verdicts() -> None:
    ddl.own_table(
        "acceptance_verdict",
        *_ids("verdict_id", "assessment_id", "subject_id", "package_id"),
        *_texts("number_zh", "name_zh"),
        _c("fictional", sa.Boolean()),
        *_texts("conclusion_zh"),
        _c("signed_at", TIME),
        *_texts("proposed_by_name", "signed_by_name"),
        _c("change_id", sa.Uuid(), null=True),
        sa.UniqueConstraint("tenant_id", "verdict_id", name="uq_acceptance_verdict_verdict_id"),
        sa.UniqueConstraint("tenant_id", "assessment_id", name="uq_acceptance_verdict_assessment"),
        sa.UniqueConstraint("tenant_id", "change_id", name="uq_acceptance_verdict_change"),
        _fk("acceptance_verdict", "change", "change_id", "change_request"),
        _ck("acceptance_verdict", "conclusion", "conclusion_zh in ('优秀', '良好', '合格', '不合格')"),
        rights=ADD,
    )
    op.create_index("ix_acceptance_verdict_signed", "acceptance_verdict", ["tenant_id", "signed_at"])
    ddl.own_table(
        "acceptance_dossier",
        *_ids("verdict_id", "file_id", "paper_file_id"),
        _c("sha256", sa.LargeBinary()),
        _c("size", sa.BigInteger()),
        *_texts("public_key"),
        _c("members", sa.Integer()),
        _c("parts", sa.Integer()),
        _c("left_out", sa.Integer()),
        _c("proven", sa.Boolean()),
        _c("made_at", TIME),
        sa.UniqueConstraint("tenant_id", "verdict_id", name="uq_acceptance_dossier_verdict"),
        _fk("acceptance_dossier", "file", "file_id", "stored_file"),
        _fk("acceptance_dossier", "paper", "paper_file_id", "stored_file"),
        _ck("acceptance_dossier", "content", "octet_length(sha256) = 32 and size > 0"),
        rights=ADD,
    )
    op.create_index("ix_acceptance_dossier_file", "acceptance_dossier", ["tenant_id", "file_id"])
    op.create_index("ix_acceptance_dossier_paper", "acceptance_dossier", ["tenant_id", "paper_file_id"])
