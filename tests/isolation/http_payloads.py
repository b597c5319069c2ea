"""What attackers type: into queries, forms and addresses, and into texts that are shown to others."""

from __future__ import annotations

from uuid import UUID


def injections(foreign: UUID) -> tuple[str, ...]:
    """Thirty ways to make a text run as SQL or as a pattern, aimed at one foreign tenant."""
    b = str(foreign)
    return (
        "'",
        "''",
        '"',
        "\\",
        "'; drop table change_request; --",
        "'; select pg_sleep(5); --",
        f"'; select set_config('app.ctx', '{b}', true); --",
        "'; set role gjj_owner; --",
        "'; reset role; --",
        f"' or tenant_id = '{b}' --",
        "' or '1'='1",
        "') or ('1'='1",
        "1 or 1=1",
        f"x' union select summary from audit_event where tenant_id = '{b}' --",
        "x' union all select null, null, null, null --",
        "' and 1=cast((select version()) as int) --",
        "'/**/or/**/1=1/**/--",
        "/*!50000 or 1=1*/",
        "$$; select 1; $$",
        "E'\\x27 or 1=1",
        "%' or '%'='",
        "%",
        "_%_%_%",
        "\\%\\",
        "＇ or ＇1＇=＇1",
        "ʼ or ʼ1ʼ=ʼ1",
        "%bf%27 or 1=1",
        '$.** ? (@ like_regex ".*")',
        '{"$ne": null}',
        "code desc nulls first, (select pg_sleep(5))",
        "-tenant_id",
        "(select 1)::text",
        "\u202e'--",
        "1e999",
        "%s%(x)s{0}{tenant}",
    )


MARKUP = (
    "<script>top.pwned=1</script>",
    "</textarea><script>top.pwned=1</script>",
    "</title><script>top.pwned=1</script>",
    '"><script>top.pwned=1</script>',
    "'><img src=x onerror=top.pwned=1>",
    "<img src=x onerror=top.pwned=1>",
    "<svg onload=top.pwned=1>",
    "<svg><script>top.pwned=1</script></svg>",
    "<iframe srcdoc='<script>top.pwned=1</script>'>",
    "<body onload=top.pwned=1>",
    "<details open ontoggle=top.pwned=1>",
    "<a href=javascript:top.pwned=1>点</a>",
    "<math><a xlink:href=javascript:top.pwned=1>点</a></math>",
    '" autofocus onfocus=top.pwned=1 x="',
    "' onmouseover=top.pwned=1 x='",
    "<input autofocus onfocus=top.pwned=1>",
    "<style>@import'x'</style>",
    "<base href=//x.invalid>",
    "<meta http-equiv=refresh content='0;url=javascript:top.pwned=1'>",
    "<p hx-get=/sign-out hx-trigger=load>甲</p>",
    "<form action=//x.invalid><button>甲</button></form>",
    "{{ 7 * 7 }}{% if 1 %}甲{% endif %}${7*7}#{7*7}",
)
"""Texts that would run, load, post or hide something if a page took them for markup; the last one for templates."""
