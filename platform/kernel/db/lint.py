"""Reads the live catalogue and says what could let one tenant see another (test ISO-1). Run by the boot check, `gjj doctor` and tests.

Each rule is one query that returns the offenders; an empty answer is the only good one. Rules look at what is there, not at what the
models say, so a policy dropped by hand is found too.
"""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

RUN_TIME = (
    "'gjj_web','gjj_worker','gjj_relay','gjj_gateway','gjj_sealer','gjj_backup',"
    "'gjj_app','gjj_citizen','gjj_inspector','gjj_province_reader','gjj_auditor'"
)
ALL_OURS = RUN_TIME + ",'gjj_owner','gjj_kernel','gjj_audit_writer','gjj_migrate'"
# Functions that may run before the tenant is known (decision D5) or for a process without a tenant.
TENANTLESS_FUNCTIONS = (
    "ctx", "cur_tenant", "cur_subject", "cur_line", "tenant_by_code", "tenants_public", "directory_find", "posts_of",
    "outbox_due_tenants", "outbox_next_due",
    "sms_claim", "sms_record", "sms_renew", "sms_let_go", "sms_sweep", "sms_overdue", "sms_match_early", "sms_link_beat",
    "sms_uplink_holder", "sms_uplink_put",
)  # fmt: skip
_TABLES = "c.relnamespace in ('public'::regnamespace, 'k'::regnamespace) and c.relname <> 'alembic_version'"
_REFERENCE = "not exists (select 1 from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped)"


@dataclass(frozen=True)
class Finding:
    """A rule that is broken and by what."""

    rule: str
    sentence_zh: str
    offender: str


@dataclass(frozen=True)
class Rule:
    """`sql` returns one text column: the offenders."""

    code: str
    sentence_zh: str
    sql: str


RULES: tuple[Rule, ...] = (
    Rule("rls_on", "表没有启用行级安全", f"select c.oid::regclass::text from pg_class c where c.relkind in ('r', 'p') and {_TABLES} and not c.relrowsecurity"),
    Rule("rls_forced", "表没有强制行级安全", f"select c.oid::regclass::text from pg_class c where c.relkind in ('r', 'p') and {_TABLES} and not c.relforcerowsecurity"),
    Rule(
        "grant_without_policy",
        "表授予了权限却没有对应的策略",
        f"select c.oid::regclass::text || ' ' || lower(a.privilege_type) || ' ' || a.grantee::regrole::text from pg_class c"
        " cross join lateral aclexplode(c.relacl) a"
        f" where c.relkind in ('r', 'p') and {_TABLES} and a.grantee::regrole::text in ({RUN_TIME})"
        " and a.privilege_type in ('SELECT', 'INSERT', 'UPDATE', 'DELETE')"
        " and not exists (select 1 from pg_policy p where p.polrelid = c.oid and a.grantee = any (p.polroles)"
        " and (p.polcmd = '*' or p.polcmd = (array['r','a','w','d'])[array_position(array['SELECT','INSERT','UPDATE','DELETE'], a.privilege_type)]))",
    ),
    Rule(
        "policy_names_context",
        "策略没有比对签名的租户与角色",
        "select p.polrelid::regclass::text || '.' || p.polname from pg_policy p join pg_class c on c.oid = p.polrelid"
        " cross join lateral unnest(p.polroles) r(role)"
        f" where {_TABLES} and not {_REFERENCE} and r.role::regrole::text in ({RUN_TIME})"
        " and not (coalesce(pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))"
        " ~ ('cur_(tenant|line|subject)\\(''' || r.role::regrole::text || ''''))",
    ),
    Rule(
        "policy_check_names_context",
        "写入策略的检查条件没有比对签名的租户",
        "select p.polrelid::regclass::text || '.' || p.polname from pg_policy p join pg_class c on c.oid = p.polrelid"
        " cross join lateral unnest(p.polroles) r(role)"
        f" where {_TABLES} and not {_REFERENCE} and r.role::regrole::text in ({RUN_TIME}) and p.polcmd in ('a', 'w', '*')"
        " and not (coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '') ~ ('cur_tenant\\(''' || r.role::regrole::text || ''''))",
    ),
    Rule(
        "policy_for_public",
        "策略授予了所有角色",
        f"select p.polrelid::regclass::text || '.' || p.polname from pg_policy p join pg_class c on c.oid = p.polrelid where {_TABLES} and 0 = any (p.polroles)",
    ),
    Rule(
        "policy_true",
        "运行角色的策略恒为真",
        "select p.polrelid::regclass::text || '.' || p.polname from pg_policy p join pg_class c on c.oid = p.polrelid"
        " cross join lateral unnest(p.polroles) r(role)"
        f" where {_TABLES} and r.role::regrole::text in ({RUN_TIME})"
        " and 'true' in (pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))",
    ),
    Rule(
        "partition_granted",
        "分区表被直接授权",
        f"select c.oid::regclass::text from pg_class c where c.relispartition and {_TABLES} and exists (select 1 from aclexplode(c.relacl) a where a.grantee <> c.relowner)",
    ),
    Rule("materialised_view", "存在物化视图或外部表", f"select c.oid::regclass::text from pg_class c where c.relkind in ('m', 'f') and {_TABLES}"),
    Rule(
        "view_without_invoker",
        "视图没有使用调用者权限",
        f"select c.oid::regclass::text from pg_class c where c.relkind = 'v' and {_TABLES} and not coalesce(c.reloptions, '{{}}') @> array['security_invoker=true']",
    ),
    Rule(
        "definer_search_path",
        "定义者函数没有固定查找路径",
        "select p.oid::regprocedure::text from pg_proc p where p.pronamespace in ('public'::regnamespace, 'k'::regnamespace) and p.prosecdef"
        " and not exists (select 1 from unnest(p.proconfig) s where s like 'search_path=%pg_temp')",
    ),
    Rule(
        "definer_owner",
        "定义者函数的属主不在许可范围",
        "select p.oid::regprocedure::text from pg_proc p where p.pronamespace in ('public'::regnamespace, 'k'::regnamespace) and p.prosecdef"
        " and p.proowner::regrole::text not in ('gjj_kernel', 'gjj_audit_writer')",
    ),
    Rule(
        "definer_tenant_first",
        "定义者函数没有以租户为第一参数",
        "select p.oid::regprocedure::text from pg_proc p where p.pronamespace = 'k'::regnamespace and p.prosecdef"
        f" and p.proname not in ({','.join(repr(f) for f in TENANTLESS_FUNCTIONS)})"
        " and (p.proargnames[1] is distinct from 'p_tenant' or p.proargtypes[0] <> 'uuid'::regtype)",
    ),
    Rule(
        "function_public",
        "函数可被任何角色执行",
        "select p.oid::regprocedure::text from pg_proc p where p.pronamespace = 'k'::regnamespace"
        " and (p.proacl is null or exists (select 1 from aclexplode(p.proacl) a where a.grantee = 0))",
    ),
    Rule(
        "table_public",
        "表授权给所有角色",
        f"select c.oid::regclass::text from pg_class c cross join lateral aclexplode(c.relacl) a where {_TABLES} and a.grantee = 0",
    ),
    Rule("role_powers", "运行角色拥有超级权限", f"select rolname from pg_roles where rolname in ({ALL_OURS}) and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb)"),
    Rule(
        "role_owns",
        "运行角色拥有数据库对象",
        f"select c.oid::regclass::text || ' ' || c.relowner::regrole::text from pg_class c where c.relowner::regrole::text in ({RUN_TIME})"
        f" union all select n.nspname || ' ' || n.nspowner::regrole::text from pg_namespace n where n.nspowner::regrole::text in ({RUN_TIME})"
        f" union all select p.oid::regprocedure::text || ' ' || p.proowner::regrole::text from pg_proc p where p.proowner::regrole::text in ({RUN_TIME})",
    ),
    Rule(
        "role_creates",
        "运行角色可以建表或建函数",
        f"select r.rolname || ' ' || n.nspname from pg_roles r cross join pg_namespace n where r.rolname in ({RUN_TIME})"
        " and n.nspname in ('public', 'k') and has_schema_privilege(r.oid, n.oid, 'CREATE')",
    ),
    Rule(
        "role_dangerous_grant",
        "运行角色可以清空、引用或挂触发器",
        f"select c.oid::regclass::text || ' ' || a.privilege_type from pg_class c cross join lateral aclexplode(c.relacl) a where {_TABLES}"
        f" and a.grantee::regrole::text in ({RUN_TIME}) and a.privilege_type in ('TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN')",
    ),
    Rule(
        "role_inherits",
        "角色被继承而不是临时切换",
        "select m.roleid::regrole::text || ' → ' || m.member::regrole::text from pg_auth_members m"
        f" where m.member::regrole::text in ({ALL_OURS}) and (m.inherit_option or m.admin_option)",
    ),
    Rule(
        "key_without_tenant",
        "唯一键没有以租户开头",
        f"select i.indexrelid::regclass::text from pg_index i join pg_class c on c.oid = i.indrelid where {_TABLES} and c.relnamespace = 'public'::regnamespace"
        f" and (i.indisunique or i.indisexclusion) and not {_REFERENCE}"
        " and (select a.attname from pg_attribute a where a.attrelid = c.oid and a.attnum = i.indkey[0]) is distinct from 'tenant_id'",
    ),
    Rule(
        "foreign_key_without_tenant",
        "外键没有包含租户",
        f"select k.conrelid::regclass::text || '.' || k.conname from pg_constraint k join pg_class c on c.oid = k.conrelid where k.contype = 'f' and {_TABLES}"
        f" and c.relnamespace = 'public'::regnamespace and not {_REFERENCE}"
        " and (select a.attname from pg_attribute a where a.attrelid = k.conrelid and a.attnum = k.conkey[1]) is distinct from 'tenant_id'",
    ),
    Rule(
        "foreign_key_without_index",
        "外键的引用列没有索引",
        f"select k.conrelid::regclass::text || '.' || k.conname from pg_constraint k join pg_class c on c.oid = k.conrelid where k.contype = 'f' and {_TABLES}"
        " and c.relnamespace = 'public'::regnamespace and not c.relispartition and not exists (select 1 from pg_index i where i.indrelid = k.conrelid"
        " and (i.indkey::int2[])[0:array_length(k.conkey, 1) - 1] = k.conkey)",
    ),
    Rule(
        "tenant_table_without_key",
        "租户表的主键不以租户开头或租户可为空",
        f"select c.oid::regclass::text from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' where c.relkind in ('r', 'p') and {_TABLES}"
        " and c.relnamespace = 'public'::regnamespace and (not a.attnotnull or not exists (select 1 from pg_index i where i.indrelid = c.oid and i.indisprimary and i.indkey[0] = a.attnum))",
    ),
    Rule("sequence", "存在自增序列", f"select c.oid::regclass::text from pg_class c where c.relkind = 'S' and {_TABLES}"),
    Rule("trigger", "存在触发器", f"select t.tgrelid::regclass::text || '.' || t.tgname from pg_trigger t join pg_class c on c.oid = t.tgrelid where not t.tgisinternal and {_TABLES}"),
    Rule(
        "audit_writable",
        "审计表可被运行角色改写",
        "select a.grantee::regrole::text || ' ' || a.privilege_type from pg_class c cross join lateral aclexplode(c.relacl) a"
        f" where c.relname in ('audit_event', 'audit_head') and a.grantee::regrole::text in ({RUN_TIME}) and a.privilege_type <> 'SELECT'",
    ),
    Rule(
        "personal_plain",
        "疑似个人信息的列没有加密存放",
        f"select c.oid::regclass::text || '.' || a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid where c.relkind in ('r', 'p') and {_TABLES}"
        " and not a.attisdropped and a.attname ~ '(^|_)(phone|mobile|id_number|identity_number|bank_card|card_no|account_no)$' and a.atttypid <> 'bytea'::regtype",
    ),
    Rule(
        "role_without_limits",
        "登录角色没有设置超时",
        "select r.rolname || ' ' || s.name from pg_roles r cross join (values ('statement_timeout'), ('lock_timeout'), ('idle_in_transaction_session_timeout')) s(name)"
        " where r.rolname in ('gjj_web', 'gjj_worker', 'gjj_relay', 'gjj_gateway', 'gjj_sealer')"
        " and not exists (select 1 from pg_db_role_setting d where d.setrole = r.oid and exists (select 1 from unnest(d.setconfig) c where c like s.name || '=%'))",
    ),
)  # fmt: skip


def findings(connection: psycopg.Connection[tuple[object, ...]]) -> list[Finding]:
    """Everything that is wrong with the catalogue behind `connection`; any role may ask, no tenant's rows are read."""
    return [
        Finding(rule.code, rule.sentence_zh, str(row[0]))
        for rule in RULES
        for row in connection.execute(rule.sql.encode()).fetchall()
    ]
