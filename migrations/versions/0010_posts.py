"""Posts of a person, found by one exact key before the tenant is known.

Revision ID: 0010
Revises: 0009
"""

from __future__ import annotations

from alembic import op

from migrations import ddl_v1 as ddl

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

FUNCTION = """
create function k.posts_of(p_person uuid) returns table (tenant_id uuid, membership_id uuid)
language sql stable security definer set search_path = k, public, pg_temp as $$
    select m.tenant_id, m.id from public.membership m join k.tenant t on t.id = m.tenant_id
     where m.person_id = p_person and m.state = 'active' and (m.valid_to is null or m.valid_to > clock_timestamp())
       and t.status not in ('suspended', 'closed') $$;
"""


def upgrade() -> None:
    op.create_index("ix_membership_person", "membership", ["person_id"])
    ddl.run(
        "create policy membership_posts on membership for select to gjj_kernel using (true);"
        "grant select (tenant_id, id, person_id, state, valid_to) on membership to gjj_kernel"
    )
    ddl.run(FUNCTION)
    ddl.function("k.posts_of(uuid)", "gjj_kernel", ("gjj_web", "gjj_worker"))


def downgrade() -> None:
    ddl.run("drop function k.posts_of(uuid)")
    ddl.run("drop policy membership_posts on membership; revoke all on membership from gjj_kernel")
    op.drop_index("ix_membership_person", table_name="membership")
