"""Dispatch: segments, uplink messages, carrier ids, and the functions of the gateway.

Revision ID: 0014
Revises: 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations import ddl_v1 as ddl

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
FIRST_MONTH = (2025, 10)
MONTHS = 50
GATEWAY = ("gjj_gateway",)
CONSOLE = ("gjj_app",)
FUNCTIONS = {
    "k.sms_no_one()": (),
    "k.sms_segment_id(uuid, integer, integer)": ("gjj_app",),
    "k.sms_take(smallint, integer, text, uuid, double precision)": (),
    "k.sms_claim(text, integer, integer, double precision, uuid)": GATEWAY,
    "k.sms_finish_unsent(uuid[], uuid[], text, text)": (),
    "k.sms_finish(jsonb)": (),
    "k.sms_settle(uuid[], uuid[], integer[])": (),
    "k.sms_report(jsonb)": (),
    "k.sms_answer(jsonb)": (),
    "k.sms_record(jsonb, jsonb, jsonb)": GATEWAY,
    "k.sms_renew(uuid, double precision)": GATEWAY,
    "k.sms_let_go(uuid, uuid[])": GATEWAY,
    "k.sms_sweep(integer, double precision, text[])": GATEWAY,
    "k.sms_give_up(uuid[], uuid[])": (),
    "k.sms_overdue(integer, double precision)": GATEWAY,
    "k.sms_match_early(integer)": GATEWAY,
    "k.sms_link_beat(uuid, jsonb)": GATEWAY,
    "k.sms_uplink_holder(text)": GATEWAY,
    "k.sms_uplink_put(uuid, jsonb)": GATEWAY,
    "k.sms_link_states(uuid)": CONSOLE,
    "k.sms_queue_depth(uuid)": CONSOLE,
    "k.sms_outcomes(uuid, date)": CONSOLE,
}


def upgrade() -> None:
    _segments()
    _uplink()
    _queue()
    ddl.run_file("0014_dispatch.sql")
    for table in ("k.sms_carrier_ref", "k.sms_early_report", "k.sms_link_state"):
        ddl.private_table(table, "gjj_kernel")
    for signature, callers in FUNCTIONS.items():
        ddl.function(signature, "gjj_kernel", callers)
    ddl.run(
        "create policy outbox_event_sms on outbox_event for insert to gjj_kernel"
        " with check (name in ('sms.finished', 'sms.uplink_received'));"
        "grant insert on outbox_event to gjj_kernel"
    )


def downgrade() -> None:
    ddl.run("drop policy outbox_event_sms on outbox_event; revoke insert on outbox_event from gjj_kernel")
    for signature in reversed(FUNCTIONS):
        ddl.run(f"drop function {signature}")
    ddl.run("drop table k.sms_carrier_ref; drop table k.sms_early_report; drop table k.sms_link_state")
    op.drop_table("sms_uplink")
    op.drop_table("sms_segment")
    for index in ("ix_sms_queue_ready", "ix_sms_queue_leased", "ix_sms_queue_expiry"):
        op.drop_index(index)
    op.create_index("ix_sms_queue_order", "sms_queue", ["lane", "vtime", "id"])
    ddl.run(
        "alter table sms_queue reset (fillfactor, autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold)"
    )


def _segments() -> None:
    op.create_table(
        "sms_segment",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("link", sa.String(), nullable=False),
        sa.Column("carrier", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("carrier_id", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("answered_at", TIME, nullable=False),
        sa.Column("done_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_sms_segment"),
        sa.CheckConstraint(
            "state in ('written', 'taken', 'enroute', 'delivered', 'failed', 'expired', 'deleted', 'rejected', 'refused', 'unknown')",
            name=op.f("ck_sms_segment_state"),
        ),
        sa.CheckConstraint("rank between 1 and 9", name=op.f("ck_sms_segment_rank")),
        postgresql_partition_by="range (id)",
    )
    ddl.run("create index ix_sms_segment_open on sms_segment (answered_at) where rank < 9")
    ddl.secure_own("sms_segment", rights=("select",))
    ddl.monthly_partitions("sms_segment", first=FIRST_MONTH, months=MONTHS)
    _for_functions("sms_segment", "select, insert, update")


def _uplink() -> None:
    ddl.own_table(
        "sms_uplink",
        sa.Column("link", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("carrier_id", sa.String(), nullable=False),
        sa.Column("sent_to", sa.String(), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=False),
        sa.Column("phone_index", sa.LargeBinary(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("meaning", sa.String(), nullable=False),
        sa.Column("handled_at", TIME, nullable=True),
        sa.UniqueConstraint("tenant_id", "account", "carrier_id", name="uq_sms_uplink_carrier_id"),
        sa.CheckConstraint("meaning in ('words', 'opt_out')", name=op.f("ck_sms_uplink_meaning")),
        rights=("select", "update"),
    )
    _for_functions("sms_uplink", "select, insert")


def _queue() -> None:
    """The claim walks the free rows of a lane; rows in hand, parked and in doubt stand apart. Rows live for milliseconds."""
    op.drop_index("ix_sms_queue_order")
    ddl.run(
        "create index ix_sms_queue_ready on sms_queue (lane, vtime, id) where leased_until is null;"
        "create index ix_sms_queue_leased on sms_queue (leased_until) where leased_until is not null;"
        "create index ix_sms_queue_expiry on sms_queue (expires_at) where expires_at is not null;"
        "alter table sms_queue set (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500)"
    )


def _for_functions(table: str, rights: str) -> None:
    ddl.run(
        f"create policy {table}_functions on {table} for all to gjj_kernel using (true) with check (true);"
        f"grant {rights} on {table} to gjj_kernel"
    )
