"""Work orders with their history, answers and ratings; a centre's own time limits.

Revision ID: 0017
Revises: 0016
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from migrations import ddl_v1 as ddl

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
KINDS = "kind in ('inquiry', 'suggestion', 'complaint', 'arrears', 'petition', 'home_help')"
GRADES = "grade in ('very_satisfied', 'satisfied', 'basically', 'unsatisfied', 'very_unsatisfied')"
ADD = ("select", "insert")

# Beyond "the own account's rows": a person opens, and reopens once; never takes, answers or writes a step of the staff.
CITIZEN = """
create policy work_order_opens_gjj_citizen on work_order as restrictive for insert to gjj_citizen
    with check (tenant_id = (select k.cur_tenant('gjj_citizen', true)) and state = 'opened' and origin = 'citizen' and round = 1
        and version = 0 and taken_person_id is null and answered_at is null and merged_into_id is null and unit_id is null);
create policy work_order_reopens_gjj_citizen on work_order as restrictive for update to gjj_citizen
    using (tenant_id = (select k.cur_tenant('gjj_citizen', true)) and state in ('answered', 'closed') and round = 1)
    with check (tenant_id = (select k.cur_tenant('gjj_citizen', true)) and state = 'opened' and round = 2
        and taken_person_id is null);
create policy work_order_event_visible_gjj_citizen on work_order_event as restrictive for select to gjj_citizen
    using (tenant_id = (select k.cur_tenant('gjj_citizen')) and citizen_visible);
create policy work_order_event_own_step_gjj_citizen on work_order_event as restrictive for insert to gjj_citizen
    with check (tenant_id = (select k.cur_tenant('gjj_citizen', true)) and by_kind = 'citizen' and citizen_visible);
"""


def _c(name: str, kind: Any, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=null)


def _texts(*names: str) -> list[sa.Column[Any]]:
    return [_c(name, sa.String()) for name in names]


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id", column],
        [f"{target}.tenant_id", f"{target}.id"],
        name=f"fk_{table}_tenant_id_{column}",
    )


def upgrade() -> None:
    _order()
    _rest()
    _limit()
    ddl.citizen_rows("work_order", "account_id", ("select", "insert", "update"))
    ddl.citizen_rows("work_order_event", "account_id", ADD)
    ddl.citizen_rows("work_order_answer", "account_id")
    ddl.citizen_rows("work_order_rating", "account_id", ADD)
    ddl.run(CITIZEN)


def _order() -> None:
    ddl.own_table(
        "work_order",
        *_texts("number", "kind", "origin", "channel"),
        _c("account_id", sa.Uuid(), null=True),
        _c("case_id", sa.Uuid(), null=True),
        _c("content", sa.LargeBinary()),
        *(_c(name, sa.LargeBinary(), null=True) for name in ("name", "phone", "phone_index")),
        _c("unit_id", sa.Uuid(), null=True),
        _c("state", sa.String()),
        _c("state_at", TIME),
        _c("opened_at", TIME),
        _c("received_on", sa.Date()),
        _c("limit_value", sa.Integer()),
        _c("limit_unit", sa.String()),
        _c("due_on", sa.Date()),
        _c("taken_person_id", sa.Uuid(), null=True),
        _c("taken_name", sa.String()),
        *(_c(name, TIME, null=True) for name in ("taken_at", "answered_at", "closed_at")),
        _c("merged_into_id", sa.Uuid(), null=True),
        _c("round", sa.Integer()),
        _c("version", sa.Integer()),
        sa.UniqueConstraint("tenant_id", "number", name="uq_work_order_tenant_id_number"),
        _to("work_order", "unit_id", "org_unit"),
        _to("work_order", "merged_into_id", "work_order"),
        sa.CheckConstraint(KINDS, name="ck_work_order_kind"),
        sa.CheckConstraint(
            "state in ('opened', 'taken', 'answered', 'closed', 'merged')", name="ck_work_order_state"
        ),
        sa.CheckConstraint("origin in ('citizen', 'caller', 'rating')", name="ck_work_order_origin"),
        sa.CheckConstraint("limit_unit in ('working_day', 'calendar_day')", name="ck_work_order_limit_unit"),
        sa.CheckConstraint(
            "round in (1, 2) and version >= 0 and limit_value > 0", name="ck_work_order_counts"
        ),
        rights=("select", "insert", "update"),
    )
    for name, *columns in (
        ("account_id", "account_id", "opened_at"),
        ("unit_id", "unit_id"),
        ("merged_into_id", "merged_into_id"),
        ("work", "state", "due_on"),
        ("phone_index", "phone_index"),
    ):
        op.create_index(f"ix_work_order_{name}", "work_order", ["tenant_id", *columns])
    op.create_index(
        "uq_work_order_rating",
        "work_order",
        ["tenant_id", "case_id"],
        unique=True,
        postgresql_where=sa.text("origin = 'rating'"),
    )


def _rest() -> None:
    ddl.own_table(
        "work_order_event",
        _c("work_order_id", sa.Uuid()),
        _c("account_id", sa.Uuid(), null=True),
        _c("at", TIME),
        *_texts("kind", "from_state", "to_state", "by_kind"),
        _c("by_person_id", sa.Uuid(), null=True),
        *_texts("by_name", "about_zh"),
        _c("words", sa.LargeBinary(), null=True),
        _c("citizen_visible", sa.Boolean()),
        _to("work_order_event", "work_order_id", "work_order"),
        sa.CheckConstraint("by_kind in ('citizen', 'staff', 'system')", name="ck_work_order_event_by_kind"),
        rights=ADD,
    )
    op.create_index(
        "ix_work_order_event_work_order_id", "work_order_event", ["tenant_id", "work_order_id", "id"]
    )
    ddl.own_table(
        "work_order_answer",
        _c("work_order_id", sa.Uuid()),
        _c("account_id", sa.Uuid(), null=True),
        _c("round", sa.Integer()),
        _c("kind", sa.String()),
        _c("unit_id", sa.Uuid(), null=True),
        _c("content", sa.LargeBinary()),
        _c("person_id", sa.Uuid()),
        _c("person_name", sa.String()),
        _c("answered_at", TIME),
        _c("due_on", sa.Date()),
        _c("on_time", sa.Boolean()),
        _to("work_order_answer", "work_order_id", "work_order"),
        _to("work_order_answer", "unit_id", "org_unit"),
        sa.UniqueConstraint(
            "tenant_id", "work_order_id", "round", name="uq_work_order_answer_tenant_id_work_order_id_round"
        ),
        sa.CheckConstraint(KINDS, name="ck_work_order_answer_kind"),
        rights=ADD,
    )
    op.create_index("ix_work_order_answer_unit_id", "work_order_answer", ["tenant_id", "unit_id"])
    op.create_index("ix_work_order_answer_due_on", "work_order_answer", ["tenant_id", "due_on"])
    ddl.own_table(
        "work_order_rating",
        _c("work_order_id", sa.Uuid()),
        _c("account_id", sa.Uuid()),
        _c("round", sa.Integer()),
        _c("grade", sa.String()),
        _c("words", sa.LargeBinary(), null=True),
        _c("channel", sa.String()),
        _c("rated_at", TIME),
        _to("work_order_rating", "work_order_id", "work_order"),
        sa.UniqueConstraint(
            "tenant_id", "work_order_id", "round", name="uq_work_order_rating_tenant_id_work_order_id_round"
        ),
        sa.CheckConstraint(GRADES, name="ck_work_order_rating_grade"),
        rights=ADD,
    )


def _limit() -> None:
    ddl.own_table(
        "work_order_limit",
        _c("kind", sa.String()),
        _c("value", sa.Integer()),
        _c("unit", sa.String()),
        _c("change_id", sa.Uuid()),
        _c("decided_at", TIME),
        _to("work_order_limit", "change_id", "change_request"),
        sa.UniqueConstraint("tenant_id", "change_id", name="uq_work_order_limit_tenant_id_change_id"),
        sa.CheckConstraint(KINDS, name="ck_work_order_limit_kind"),
        sa.CheckConstraint("unit in ('working_day', 'calendar_day')", name="ck_work_order_limit_unit"),
        sa.CheckConstraint("value between 1 and 90", name="ck_work_order_limit_value"),
        readers=("gjj_citizen",),
        rights=ADD,
    )


def downgrade() -> None:
    for table in (
        "work_order_limit",
        "work_order_rating",
        "work_order_answer",
        "work_order_event",
        "work_order",
    ):
        op.drop_table(table)
