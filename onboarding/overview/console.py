"""Pages of the province: all bodies in one dense table, and the page of one body. Only rows of the province are read."""

from __future__ import annotations

from flask import Response, render_template, request
from flask_babel import gettext as _

from kernel.calendar import clock
from kernel.permissions import Permission
from kernel.tenancy.models import TENANT_KIND_ZH, TENANT_STATUS_ZH, UNIT_KIND_ZH
from kernel.web import current
from kernel.web.blueprints import Pages
from kernel.web.paging import sorted_by
from onboarding.overview import service
from onboarding.provisioning.errors import CityNotFound
from onboarding.provisioning.service import RunView, runs_of
from tenants.registry import service as registry
from tenants.registry.policy import BUILD_MODE_ZH, NOT_RECORDED_ZH, PLUG_STATE_ZH

pages = Pages("province", __name__, url_prefix="/console")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CHANNELS_ZH = {
    "counter": "柜面", "portal": "门户网站", "hall": "网上业务大厅", "kiosk": "自助终端", "hotline": "12329 热线", "sms": "12329 短信",
    "app": "手机客户端", "wechat": "官方微信", "weibo": "官方微博", "gov_app": "政务客户端", "mini_app": "小程序",
}  # fmt: skip


def _wanted() -> registry.Wanted:
    sort, descending = sorted_by(registry.SORTS, "code")
    given = request.args.get
    nature = {"demo": True, "public": False}.get(given("nature", ""))
    return registry.Wanted(
        text=given("text", "").strip()[:60], kind=given("kind", ""), build_mode=given("build_mode", ""),
        status=given("status", ""), plug_state=given("plug_state", ""), fictional=nature, sort=sort, descending=descending,
    )  # fmt: skip


def _filters() -> list[dict[str, object]]:
    kinds = [(code, word) for code, word in TENANT_KIND_ZH.items() if code != "province"]
    return [
        {"name": "text", "label": _("名称或代码"), "kind": "text"},
        {"name": "kind", "label": _("类别"), "kind": "select", "choices": kinds},
        {
            "name": "build_mode",
            "label": _("建设方式"),
            "kind": "select",
            "choices": list(BUILD_MODE_ZH.items()),
        },
        {"name": "status", "label": _("状态"), "kind": "select", "choices": list(TENANT_STATUS_ZH.items())},
        {
            "name": "plug_state",
            "label": _("接入情况"),
            "kind": "select",
            "choices": list(PLUG_STATE_ZH.items()),
        },
        {
            "name": "nature",
            "label": _("数据性质"),
            "kind": "select",
            "choices": [("demo", _("演示数据")), ("public", _("公开数据"))],
        },
    ]


@pages.get("/province", permission=Permission.PROVINCE_OVERVIEW)
def index() -> str:
    """Which bodies there are, how each is built, whether it has joined."""
    session = current.session()
    return render_template(
        "overview/index.html",
        rows=service.bodies(session, _wanted()),
        totals=registry.totals(session),
        filters=_filters(),
        as_of=clock.now(),
        not_recorded=NOT_RECORDED_ZH,
        may_onboard=current.actor().may(Permission.ONBOARD),
    )


@pages.get("/province/export", permission=Permission.PROVINCE_OVERVIEW)
def export() -> Response:
    """The same rows as the list with its filters, for spreadsheets."""
    body = service.workbook(service.bodies(current.session(), _wanted()))
    name = f"province-{clock.today():%Y%m%d}.xlsx"
    return Response(body, mimetype=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@pages.get("/tenants/<code>", permission=Permission.PROVINCE_OVERVIEW)
def tenant(code: str) -> str:
    """One body: profile, units, sub-centres, channels, figures with sources, how it joined."""
    session = current.session()
    rows = service.city(session, code)
    if not rows:
        raise CityNotFound
    runs = runs_of(session, rows[0].city_code)
    opened = rows[0].detail.get("channels", {})
    return render_template(
        "overview/tenant.html",
        row=rows[0],
        below=rows[1:],
        channels=[(word, opened[code]) for code, word in CHANNELS_ZH.items() if code in opened],
        units=rows[0].detail.get("units", []),
        unit_kinds=UNIT_KIND_ZH,
        timeline=[entry for run in reversed(runs) for entry in _entries(run)],
        not_recorded=NOT_RECORDED_ZH,
    )


def _entries(run: RunView) -> list[dict[str, object]]:
    who = _("%(maker)s、%(checker)s", maker=run.maker_zh, checker=run.checker_zh)
    text = _("批准%(kind)s", kind=run.kind_zh)
    found: list[dict[str, object]] = [
        {"at": run.approved_at, "who": who, "text": text, "kind": "info", "note": ""}
    ]
    if run.finished_at is not None:
        words = _("逐项核验一致")
        if run.differences:
            words = _("核验有 %(count)s 处不一致", count=run.differences)
        kind = "warning" if run.differences else "success"
        text = _("执行完成")
        found.append({"at": run.finished_at, "who": _("入驻程序"), "text": text, "kind": kind, "note": words})
    return found
