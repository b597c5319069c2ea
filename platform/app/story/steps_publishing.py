"""Act two: an editor changes an item and opens a channel for it; another person approves after seeing the difference; everyone sees it."""

from __future__ import annotations

from collections.abc import Callable

import httpx
from sqlalchemy import select

from app.story.entering import browser_of, tenant_of
from app.story.forms import form_to
from app.story.stage import Stage
from app.story.step import NotProved, Step, prove
from kernel.approvals.models import ChangeRequest
from kernel.db.roles import Login

CENTRE, ITEM, CHANNEL = "C99010", "W03", "weibo"
EDITOR, APPROVER = "shili.editor", "shili.approver"
ITEM_REASON = "压缩承诺时限，并在自助终端开通办理。"
CHANNEL_REASON = "微博渠道已完成联调，恢复信息发布。"
ITEM_PAGE = f"/console/catalogue/items/{ITEM}"
PUBLIC_PAGE = f"/c/{CENTRE}/items/{ITEM}"


def edit(stage: Stage) -> str:
    """The editor changes the item and hands it over."""
    browser = browser_of(stage, EDITOR)
    before = stage.visitor().get(PUBLIC_PAGE)
    prove(before.status_code == 200 and "自助终端" not in before.text, "该事项在自助终端已经开通")
    if _change(stage, ITEM_REASON) is None:
        page = _ok(browser.get(f"{ITEM_PAGE}/edit"))
        form = form_to(page, f"{ITEM}/edit").change(
            limit_1_value="2", limit_1_basis=ITEM_REASON, person_kiosk="L3"
        )
        _ok(form.send(browser, page))
        page = _ok(browser.get(f"{ITEM_PAGE}/proposal"))
        _ok(form_to(page, "/proposal").change(reason=ITEM_REASON).send(browser, page))
    change = _change(stage, ITEM_REASON)
    if change is None:
        raise NotProved("提交后没有待审批的变更")
    prove(change.state == "pending", "变更未经审批已经生效")
    prove(stage.visitor().get(PUBLIC_PAGE).text.count("自助终端") == 0, "未经审批，公众已能看到变更")
    return f"{change.maker_name} 提交“{change.title_zh}”，审批前公众看不到变化"


def refuse_alone(stage: Stage) -> str:
    """The editor can't approve the own change."""
    change = _pending(stage, ITEM_REASON)
    editor, approver = browser_of(stage, EDITOR), browser_of(stage, APPROVER)
    page = _ok(approver.get(f"/console/changes/{change.id}"))
    seen = form_to(page, "/approve").value("seen_hash")
    own = _ok(editor.get(f"/console/changes/{change.id}"))
    prove(f"/console/changes/{change.id}/approve" not in own.text, "提交人的页面上有同意按钮")
    token = form_to(own, "/comments").value("csrf_token")
    answer = editor.post(
        f"/console/changes/{change.id}/approve", data={"csrf_token": token, "seen_hash": seen, "note": ""}
    )
    prove(answer.status_code == 403, f"提交人自己审批没有被拒绝（{answer.status_code}）")
    _pending(stage, ITEM_REASON)
    return "提交人页面没有同意按钮，直接提交审批也被拒绝（403），变更仍待审批"


def approve(stage: Stage) -> str:
    """Another person sees the difference and approves exactly that."""
    change = _approve(stage, ITEM_REASON, ("自助终端",))
    public = stage.visitor()
    prove(
        stage.eventually(lambda: "自助终端" in public.get(PUBLIC_PAGE).text, 10),
        "批准后公众目录没有变化",
    )
    return f"{change.checker_name} 核对前后对照后同意，公众目录随即显示自助终端可办"


def open_channel(stage: Stage) -> str:
    """A closed channel starts by two people."""
    editor = browser_of(stage, EDITOR)
    if _change(stage, CHANNEL_REASON) is None:
        page = _ok(editor.get(f"/console/channels/{CHANNEL}/switch"))
        preview = _ok(form_to(page, "/preview/switch").send(editor, page))
        _ok(form_to(preview, "/propose/switch").change(reason=CHANNEL_REASON).send(editor, preview))
    change = _approve(stage, CHANNEL_REASON, ())
    return f"“{change.title_zh}”由 {change.maker_name} 提出、{change.checker_name} 同意，已启用"


def _approve(stage: Stage, reason: str, shown: tuple[str, ...]) -> ChangeRequest:
    change = _change(stage, reason)
    if change is None:
        raise NotProved("没有这项变更申请")
    if change.state == "pending":
        approver = browser_of(stage, APPROVER)
        page = _ok(approver.get(f"/console/changes/{change.id}"))
        prove(reason in page.text and all(word in page.text for word in shown), "审批页面没有显示变更内容")
        _ok(form_to(page, "/approve").send(approver, page))
        change = _change(stage, reason)
    if change is None or change.state != "executed":
        raise NotProved("同意后没有生效")
    prove(change.maker_person_id != change.checker_person_id, "提交人与审批人是同一人")
    return change


def _change(stage: Stage, reason: str) -> ChangeRequest | None:
    installation = stage.installation
    scope = installation.scope(tenant_of(stage, CENTRE).id, "system:story")
    with installation.database(Login.WEB).tenant_tx(scope, read_only=True) as session:
        statement = (
            select(ChangeRequest).where(ChangeRequest.reason_zh == reason).order_by(ChangeRequest.id.desc())
        )
        found = session.scalars(statement.limit(1)).first()
        if found is not None:
            session.expunge(found)
        return found


def _pending(stage: Stage, reason: str) -> ChangeRequest:
    change = _change(stage, reason)
    if change is None or change.state != "pending":
        raise NotProved("变更不在待审批状态")
    return change


def _executed(reason: str) -> Callable[[Stage], bool]:
    def played(stage: Stage) -> bool:
        change = _change(stage, reason)
        return change is not None and change.state == "executed"

    return played


def _ok(response: httpx.Response) -> httpx.Response:
    prove(response.status_code == 200, f"页面 {response.url.path} 的应答是 {response.status_code}")
    return response


STEPS = (
    Step("item.edit", "编辑岗修改事项并提交审批", edit, _executed(ITEM_REASON)),
    Step("item.alone", "提交人不能自己审批", refuse_alone, _executed(ITEM_REASON)),
    Step("item.approve", "审核岗看过对照后同意，公众目录更新", approve, _executed(ITEM_REASON)),
    Step("channel.open", "两人启用一个渠道", open_channel, _executed(CHANNEL_REASON)),
)
