"""Refuses to run on a database that would not hold the walls (rule R3): asked once, when a process starts.

A log-in that is superuser, bypasses row security, owns something or inherits a role that may only be put on would see every
tenant's rows without any error; a table without forced row security would too.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, text

from kernel.db.door import Database
from kernel.db.roles import OWNERS, DbRole, Login

OLDEST = 18

# Alembic's own table holds a revision number; no run-time role may touch it.
WITHOUT_TENANT = ("alembic_version",)

_ME = text(
    "select current_setting('server_version_num')::int / 10000 as version, r.rolname, r.rolsuper, r.rolbypassrls,"
    " r.rolcreaterole, r.rolcreatedb from pg_roles r where r.rolname = session_user"
)
_OWNED = text(
    "select count(*) from pg_shdepend d join pg_roles r on r.oid = d.refobjid"
    " where d.refclassid = 'pg_authid'::regclass and d.deptype = 'o' and r.rolname = session_user"
)
# `usage` is what works without SET ROLE, through any chain of memberships.
_INHERITED = text(
    "select r.rolname from pg_roles r where r.rolname = any (:roles) and r.rolname <> session_user"
    " and pg_has_role(session_user, r.oid, 'usage') order by 1"
)
_MAY_GRANT = text(
    "select r.rolname from pg_auth_members m join pg_roles r on r.oid = m.roleid join pg_roles u on u.oid = m.member"
    " where u.rolname = session_user and m.admin_option order by 1"
)
_OPEN_TABLES = text("""
    select c.oid::regclass::text as name,
           not (c.relrowsecurity and c.relforcerowsecurity) as unforced,
           not c.relispartition and not exists (select 1 from pg_policy p where p.polrelid = c.oid) as bare,
           c.relispartition and exists (select 1 from aclexplode(c.relacl) a where a.grantee <> c.relowner) as granted
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname in ('public', 'k') and c.relkind in ('r', 'p')
       and not (c.relname = any (:without_tenant)
                and not exists (select 1 from aclexplode(c.relacl) a where a.grantee <> c.relowner))
     order by 1""")
_VIEWS = text("""
    select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname in ('public', 'k')
       and (c.relkind = 'm' or c.relkind = 'v' and not coalesce('security_invoker=true' = any (c.reloptions), false)
            and not exists (select 1 from pg_depend d where d.objid = c.oid and d.deptype = 'e'))
     order by 1""")


class UnfitDatabase(Exception):
    """The database would not keep tenants apart, or is too old. `problems` are whole sentences."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("；".join(problems))
        self.problems = tuple(problems)


def require_fit(database: Database, login: Login) -> None:
    """Raises UnfitDatabase with everything that is wrong for this log-in."""
    with database.process_tx() as connection:
        found = problems(connection, login)
    if found:
        raise UnfitDatabase(found)


def problems(connection: Connection, login: Login | None = None) -> list[str]:
    """What is wrong with the connected role and the tables, as whole sentences; empty when all is well."""
    me = connection.execute(_ME).one()
    if me.version < OLDEST:
        return [f"数据库是 PostgreSQL {me.version}，平台需要 {OLDEST} 或更新的版本，请升级后再启动。"]
    found = _role_problems(me, login)
    if connection.execute(_OWNED).scalar_one():
        found.append(
            f"数据库账户 {me.rolname} 拥有数据库中的对象，可以绕过隔离，请把这些对象交还给 gjj_owner。"
        )
    holders = [*OWNERS, *DbRole]
    for role in connection.execute(_INHERITED, {"roles": holders}).scalars():
        found.append(
            f"数据库账户 {me.rolname} 继承了角色 {role} 的权限，请按安装说明以 INHERIT FALSE 重新授予。"
        )
    for role in connection.execute(_MAY_GRANT).scalars():
        found.append(f"数据库账户 {me.rolname} 可以把角色 {role} 再授予他人，请收回这一权限。")
    return found + table_problems(connection)


def table_problems(connection: Connection) -> list[str]:
    """Tables and views that would not keep tenants apart."""
    found = []
    for row in connection.execute(_OPEN_TABLES, {"without_tenant": list(WITHOUT_TENANT)}):
        if row.unforced:
            found.append(f"数据表 {row.name} 没有强制启用行级隔离，请执行 gjj migrate 或联系实施人员。")
        elif row.bare:
            found.append(f"数据表 {row.name} 缺少行级隔离规则，请执行 gjj migrate 或联系实施人员。")
        elif row.granted:
            found.append(f"数据分区 {row.name} 被直接授权，绕过了隔离规则，请收回授权。")
    views: list[str] = list(connection.execute(_VIEWS).scalars())
    for name in views:
        found.append(f"视图 {name} 不受行级隔离约束，请删除，或改为按查询者权限执行。")
    return found


def _role_problems(me: Any, login: Login | None) -> list[str]:
    name: str = me.rolname
    rules = (
        (
            login is not None and name != login,
            f"连接数据库用的是账户 {name}，本进程应使用 {login}，请核对设置。",
        ),
        (me.rolsuper, f"数据库账户 {name} 是超级用户，可以看到所有中心的数据，请改用普通账户。"),
        (me.rolbypassrls, f"数据库账户 {name} 可以绕过行级隔离，请取消 BYPASSRLS。"),
        (me.rolcreaterole, f"数据库账户 {name} 可以建立账户，请取消 CREATEROLE。"),
        (me.rolcreatedb, f"数据库账户 {name} 可以建立数据库，请取消 CREATEDB。"),
    )
    return [sentence for broken, sentence in rules if broken]
