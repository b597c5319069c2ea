"""A tiny application that draws every pattern once, for the tests here and for looking at. Never part of the product."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID

import marshmallow as ma
from flask import Flask, render_template, request, url_for
from werkzeug.serving import WSGIRequestHandler, make_server

from kernel.console.frame import FRAME, Frame, Post
from kernel.console.menu import MenuItem, visible
from kernel.errors import Conflict, Forbidden, TooMany, Unavailable
from kernel.permissions import Permission
from kernel.web.blueprints import Pages
from kernel.web.factory import make_web
from kernel.web.forms import Form
from kernel.web.guard import GUARD
from kernel.web.keyset import Slice
from kernel.web.notices import tell
from kernel.web.paging import page_request
from kernel.web.settings import Environment, WebSettings

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "platform" / "app" / "static"
TENANT, PERSON = UUID(int=1), UUID(int=2)
NOW = datetime(2026, 11, 23, 6, 5, tzinfo=UTC)
CENTRE = "示例市住房公积金管理中心"

pages = Pages("sample", __name__)

MENU = (
    MenuItem("工作台", "sample.dashboard", Permission.TENANT_READ, "home"),
    MenuItem(
        "服务事项",
        icon="list-details",
        children=(
            MenuItem("事项目录", "sample.items", Permission.CATALOGUE_READ),
            MenuItem("编制事项", "sample.edit", Permission.CATALOGUE_EDIT),
            MenuItem("入驻向导", "sample.wizard", Permission.CATALOGUE_EDIT),
        ),
    ),
    MenuItem("渠道管理", "sample.change", Permission.CHANNEL_READ, "broadcast"),
    MenuItem("业务受理", "sample.detail", Permission.CASE_READ, "clipboard-list"),
    MenuItem("待办", "sample.inbox", Permission.INBOX, "inbox"),
    MenuItem("短信", "sample.empty", Permission.SMS_READ, "message-2"),
    MenuItem("平台管理", "sample.refused", Permission.ONBOARD, "settings"),
)


@dataclass(frozen=True)
class Item:
    id: str
    name: str
    code: str
    state: tuple[str, str]
    days: int | None
    count: int
    fee_fen: int
    owner: str
    at: datetime

    def __getitem__(self, name: str) -> Any:
        return getattr(self, name)


_NAMES = (
    "购买住房提取",
    "偿还购房贷款本息提取",
    "租房提取",
    "离休、退休提取",
    "个人住房公积金贷款申请",
    "提前部分偿还贷款",
    "异地转移接续",
)
_STATES = (
    ("已发布", "success"),
    ("待审核", "waiting"),
    ("编制中", "neutral"),
    ("已退回", "danger"),
    ("试运行", "info"),
)


def items(count: int = 20) -> list[Item]:
    return [
        Item(
            f"i{n}", _NAMES[n % 7], f"371400{n:04d}", _STATES[n % 5], (5, 2, -3, None, 0)[n % 5], 1280 + 37 * n,
            123456 * n, ("张明", "李静", "王志强", "赵敏")[n % 4], NOW - timedelta(hours=7 * n),
        )
        for n in range(count)
    ]  # fmt: skip


class ItemIn(ma.Schema):
    name = ma.fields.String(
        required=True,
        validate=ma.validate.Length(max=60),
        metadata={"label": "事项名称", "help": "与办事指南一致，不超过 60 个字。", "group": "基本信息"},
    )
    kind = ma.fields.String(
        required=True,
        validate=ma.validate.OneOf(["withdraw", "loan"], labels=["提取", "贷款"]),
        metadata={"label": "业务类别", "kind": "radio", "group": "基本信息"},
    )
    level = ma.fields.String(
        required=True,
        validate=ma.validate.OneOf(
            ["1", "2", "3"], labels=["一级：手机验证码", "二级：实名核验", "三级：数字证书"]
        ),
        metadata={"label": "身份核验级别", "group": "基本信息"},
    )
    days = ma.fields.Integer(
        required=True,
        validate=ma.validate.Range(min=1, max=20),
        metadata={
            "label": "承诺时限",
            "unit": "个工作日",
            "help": "不得超过法定时限 20 个工作日。",
            "group": "办理要求",
        },
    )
    limit_fen = ma.fields.Integer(required=True, metadata={"label": "单次最高金额", "group": "办理要求"})
    starts_on = ma.fields.Date(required=True, metadata={"label": "生效日期", "group": "办理要求"})
    channels = ma.fields.List(
        ma.fields.String(
            validate=ma.validate.OneOf(
                ["web", "app", "counter"], labels=["网上大厅", "手机客户端", "服务窗口"]
            )
        ),
        metadata={"label": "受理渠道", "group": "办理要求"},
    )
    deferred = ma.fields.Boolean(metadata={"label": "允许容缺受理", "group": "办理要求"})
    note = ma.fields.String(
        validate=ma.validate.Length(max=200),
        metadata={"label": "办理说明", "kind": "textarea", "group": "办理要求"},
    )


class PhoneIn(ma.Schema):
    phone = ma.fields.String(required=True, metadata={"label": "手机号码", "kind": "phone"})
    code = ma.fields.String(required=True, metadata={"label": "验证码"})
    amount_fen = ma.fields.Integer(
        required=True, metadata={"label": "提取金额", "help": "可提取 12,345.67 元。"}
    )


@pages.get("/console/", permission=Permission.TENANT_READ)
def dashboard() -> str:
    months = [f"{m} 月" for m in range(1, 12)]
    online = [820, 760, 910, 1010, 1090, 1480, 1520, 1210, 1180, 1240, 1305]
    counter = [610, 520, 600, 580, 540, 720, 690, 510, 480, 450, 430]
    option = {
        "legend": {"data": ["网上办理", "窗口办理"]},
        "xAxis": {"type": "category", "data": months},
        "yAxis": {"type": "value", "name": "件"},
        "series": [
            {"name": "网上办理", "type": "bar", "stack": "all", "data": online, "barMaxWidth": 26},
            {"name": "窗口办理", "type": "bar", "stack": "all", "data": counter, "barMaxWidth": 26},
        ],
    }
    rows = list(zip(months, online, counter, strict=True))
    return render_template("sample/dashboard.html", option=option, rows=rows, items=inbox_items()[:5])


@pages.get("/console/items", endpoint="items", permission=Permission.CATALOGUE_READ)
def items_page() -> str:
    asked = page_request(TENANT, PERSON)
    found = Slice(items(asked.size), ("i19",))
    return render_template("sample/list.html", page=asked.page(found, count=1284, as_of=NOW))


@pages.route("/console/edit", methods=["GET", "POST"], permission=Permission.CATALOGUE_EDIT)
def edit() -> tuple[str, int]:
    form = Form(
        ItemIn(), {"name": "购买住房提取", "days": 3, "limit_fen": 5_000_000, "channels": ["web", "app"]}
    )
    if request.method == "POST" and form.load(request.form) is None:
        return render_template("sample/form.html", form=form), 422
    if form.data is not None:
        tell("已提交审批，等待他人审核。")
    return render_template("sample/form.html", form=form), 200


@pages.get("/console/detail", permission=Permission.CASE_READ)
def detail() -> str:
    return render_template("sample/detail.html", now=NOW, hours=lambda n: NOW - timedelta(hours=n))


@pages.get("/console/change", permission=Permission.CHANNEL_READ)
def change() -> str:
    return render_template("sample/change.html", now=NOW, checking=False)


@pages.get("/console/change/check", permission=Permission.CHANNEL_READ)
def check() -> str:
    return render_template("sample/change.html", now=NOW, checking=True)


def inbox_items() -> list[dict[str, Any]]:
    kinds = ("办件", "变更审核", "工单", "容缺补正")
    titles = (
        "购买住房提取：示例职工 0312 号",
        "停用渠道“自助终端”，2026-11-30 起",
        "咨询：异地转移多久到账",
        "补正材料：购房合同备案证明",
    )
    return [
        {
            "url": f"/console/detail?n={n}", "title": titles[n % 4], "kind": kinds[n % 4], "days": n - 2,
            "who": ("张明", "李静", "滨河管理部")[n % 3], "at": NOW - timedelta(hours=5 * n), "unread": n < 3,
        }
        for n in range(9)
    ]  # fmt: skip


@pages.get("/console/inbox", permission=Permission.INBOX)
def inbox() -> str:
    return render_template("sample/inbox.html", items=inbox_items())


@pages.get("/console/wizard", permission=Permission.CATALOGUE_EDIT)
def wizard() -> str:
    return render_template("sample/wizard.html", form=Form(ItemIn()))


@pages.get("/console/empty", permission=Permission.SMS_READ)
def empty() -> str:
    return render_template("sample/empty.html")


@pages.get("/console/sign-in", permission=Permission.PUBLIC)
def sign_in() -> str:
    return render_template("sample/sign_in.html")


@pages.get("/console/refused", permission=Permission.ONBOARD)
def refused() -> str:
    raise AssertionError("the guard let a refused person through")


@pages.get("/<any(console, h5, guide):face>/broken/<kind>", permission=Permission.PUBLIC)
def broken(face: str, kind: str) -> str:
    errors = {"conflict": Conflict(), "busy": Unavailable(3), "many": TooMany(30)}
    raise errors.get(kind) or ZeroDivisionError(f"secret {face}")


@pages.get("/h5/", permission=Permission.PUBLIC)
def h5_home() -> str:
    return render_template("sample/h5_home.html")


@pages.route("/h5/withdraw", methods=["GET", "POST"], permission=Permission.PUBLIC)
def h5_form() -> tuple[str, int]:
    form = Form(PhoneIn(), {"phone": "16012345678"})
    wrong = request.method == "POST" and form.load(request.form) is None
    return render_template("sample/h5_form.html", form=form), 422 if wrong else 200


@pages.get("/h5/progress", permission=Permission.PUBLIC)
def h5_progress() -> str:
    return render_template("sample/h5_progress.html")


@pages.get("/guide/", permission=Permission.PUBLIC)
def guide() -> str:
    return render_template("sample/guide.html", centre=CENTRE)


def allow(permission: Permission) -> bool:
    """The guard of these tests: an employee who may do everything but bring in centres."""
    if permission is Permission.ONBOARD:
        raise Forbidden(permission, "省级平台管理员（刘卫东）")
    return True


def employee() -> Frame:
    if not request.path.startswith("/console"):
        return Frame(
            tenant_name=CENTRE,
            search_url="/guide/",
            home_url="/h5/" if request.path.startswith("/h5") else "/guide/",
        )
    return Frame(
        tenant_name=CENTRE,
        tenant_kind="中心",
        person_name="张明",
        post_title="中心管理员",
        posts=(Post("中心管理员", "/console/post/1", True), Post("滨河管理部负责人", "/console/post/2")),
        menu=visible(MENU, lambda permission: permission is not Permission.SMS_SEND),
        inbox_count=12,
        home_url=url_for("sample.dashboard"),
        inbox_url=url_for("sample.inbox"),
        search_url="/console/search",
        help_url="/console/help",
        profile_url="/console/me",
        sign_out_url="/console/sign-out",
        keep_alive_url="/console/keep-alive",
    )


def sample_app(environment: Environment = Environment.PRODUCTION, **settings: Any) -> Flask:
    options: dict[str, Any] = {
        "signing_key": b"s" * 32,
        "https": False,
        "version": "0.1.0",
        "environment": environment,
        "static_folder": STATIC,
        "in_flight": 50,
    }
    app = make_web(WebSettings(**(options | settings)))
    app.extensions[GUARD] = allow
    app.extensions[FRAME] = employee
    app.register_blueprint(pages)
    return app


class _Quiet(WSGIRequestHandler):
    def log(self, *_args: Any, **_kwargs: Any) -> None:
        pass


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The application on a free port of this machine; gives its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


PAGES = (
    "/console/", "/console/items", "/console/items?state=1&more=x&sort=-at", "/console/edit", "/console/detail", "/console/change",
    "/console/change/check", "/console/inbox", "/console/wizard", "/console/empty", "/console/sign-in", "/h5/",
    "/h5/withdraw", "/h5/progress", "/guide/",
)  # fmt: skip
ERROR_PAGES = {
    "/console/nothing": 404, "/console/refused": 403, "/console/broken/x": 500, "/console/broken/busy": 503,
    "/console/broken/many": 429, "/console/broken/conflict": 409, "/h5/broken/x": 500, "/h5/nothing": 404,
    "/guide/broken/busy": 503, "/nothing": 404,
}  # fmt: skip
