"""The steps of a link check. Each step says what was tried and what came of it; nothing stops the later ones but a link
that is not there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from shared_channels.sms.carriers.errors import FieldError
from shared_channels.sms.carriers.factory import open_link
from shared_channels.sms.carriers.ports import (
    CarrierLink,
    LinkEvent,
    LinkHandlers,
    MoMessage,
    OutcomeKind,
    OutgoingMessage,
    Report,
    ReportState,
    SubmitOutcome,
)
from shared_channels.sms.carriers.settings import ProtocolName, ReportWish
from shared_channels.sms.carriers.udh import MoJoiner
from shared_channels.sms.links.schemas import LinkCheck
from shared_channels.sms.segments.policy import segments

Say = Callable[[str], None]
_NAMES = {
    ProtocolName.CMPP20: "CMPP 2.0",
    ProtocolName.CMPP30: "CMPP 3.0",
    ProtocolName.SMGP30: "SMGP 3.0",
    ProtocolName.SGIP12: "SGIP 1.2",
    ProtocolName.SMPP34: "SMPP 3.4",
}
_FACTS = {
    "code": "代码",
    "kind": "类型",
    "result": "结果",
    "misses": "次数",
    "waited_s": "秒数",
    "field": "字段",
}
_OUTCOMES = {
    OutcomeKind.ACCEPTED: "网关已接收",
    OutcomeKind.REFUSED: "网关拒绝",
    OutcomeKind.UNKNOWN: "结果未知",
    OutcomeKind.NOT_SENT: "没有发出",
}


class _Watch:
    """Collects what comes in during the check and says it."""

    def __init__(self, check: LinkCheck, say: Say) -> None:
        self._say = say
        self._check = check
        self.reports: list[Report] = []
        self.mo: list[MoMessage] = []
        self.news = asyncio.Event()
        self.refused = False
        self._joiner = MoJoiner()

    def handlers(self) -> LinkHandlers:
        return LinkHandlers(on_report=self._report, on_mo=self._uplink, on_event=self._event)

    def _event(self, event: LinkEvent) -> None:
        mark = "！" if event.trouble else "·"
        facts = "，".join(
            f"{words} {event.facts[name]}" for name, words in _FACTS.items() if name in event.facts
        )
        self._say(f"  {mark} {event.words}" + (f"（{facts}）" if facts else ""))
        if event.code in ("login_refused", "connect_failed"):
            self.refused = True
            self.news.set()

    def _report(self, report: Report) -> None:
        self.reports.append(report)
        self.news.set()
        done = f"，完成时间 {report.done_at.astimezone():%m-%d %H:%M}" if report.done_at else ""
        self._say(f"  · 收到状态报告：编号 {report.carrier_id}，{report.code}（{report.words}）{done}")

    def _uplink(self, part: MoMessage) -> None:
        whole = self._joiner.add(part)
        if whole is not None:
            self.mo.append(whole)
            self.news.set()
            self._say(f"  · 收到上行短信：发往 {whole.to}，{len(whole.text)} 个字")


async def run_check(check: LinkCheck, say: Say) -> bool:
    """True when every step went well."""
    settings = check.settings
    say(f"线路检查：{_NAMES[settings.protocol]}，{settings.host}:{settings.port}，账号 {settings.account}")
    watch = _Watch(check, say)
    try:
        link = open_link(settings, watch.handlers())
        await link.start()
    except FieldError as error:
        say(f"✗ 配置中的值放不进协议字段 {error.field}，请缩短或更正")
        return False
    except OSError:
        say("✗ 回连端口打不开，请核对 listen_port 是否被占用")
        return False
    good = False
    try:
        good = await _steps(check, link, watch, say)
    finally:
        say("第五步 结束会话")
        await link.stop(grace_s=2.0)
        say("  · 已断开")
    say("结论：线路正常" if good else "结论：有步骤没有通过，请按上面的提示处理")
    return good


async def _steps(check: LinkCheck, link: CarrierLink, watch: _Watch, say: Say) -> bool:
    say("第一步 连接并登录")
    if not await _log_in(check, link, watch):
        say("  ✗ 没有登录成功")
        return False
    say("  ✓ 登录成功")
    say("第二步 链路检测")
    alive = await _alive(check, link, say)
    say(f"第三步 发送测试短信（{segments(check.text)} 条计费）")
    message = OutgoingMessage("link-check", check.phone, check.text)
    outcome = await link.submit(message)
    sent = outcome.kind is OutcomeKind.ACCEPTED
    say(_told(outcome))
    say("第四步 等待状态报告")
    reported = await _reported(check, outcome, watch, say) if sent else False
    if not sent:
        say("  ✗ 短信没有被接收，不等状态报告")
    uplink = await _uplink(check, watch, say)
    return alive and sent and reported and uplink


async def _log_in(check: LinkCheck, link: CarrierLink, watch: _Watch) -> bool:
    limit = check.settings.connect_timeout_s + check.settings.login_timeout_s + 1.0
    up = asyncio.ensure_future(link.wait_up(limit))
    news = asyncio.ensure_future(watch.news.wait())
    await asyncio.wait({up, news}, return_when=asyncio.FIRST_COMPLETED)
    news.cancel()
    if watch.refused:
        up.cancel()
        return False
    return await up


async def _alive(check: LinkCheck, link: CarrierLink, say: Say) -> bool:
    if check.hold_s:
        say(f"  · 保持连接 {check.hold_s:g} 秒")
        await asyncio.sleep(check.hold_s)
    alive = await link.probe(check.settings.keepalive_answer_s)
    if alive is None:
        say("  ✓ 这个协议没有链路检测，略过")
        return True
    say("  ✓ 网关应答了链路检测" if alive else "  ✗ 网关没有应答链路检测")
    return alive


def _told(outcome: SubmitOutcome) -> str:
    mark = "✓" if outcome.kind is OutcomeKind.ACCEPTED else "✗"
    ids = "、".join(each for each in outcome.carrier_ids if each)
    code = f"，代码 {outcome.code}" if outcome.code not in ("", "0") else ""
    words = "" if outcome.kind is OutcomeKind.ACCEPTED else f"：{outcome.words}"
    return f"  {mark} {_OUTCOMES[outcome.kind]}{words}{code}" + (f"，编号 {ids}" if ids else "")


async def _reported(check: LinkCheck, outcome: SubmitOutcome, watch: _Watch, say: Say) -> bool:
    if check.settings.report is not ReportWish.ALWAYS:
        say("  ✓ 配置为不要状态报告，略过")
        return True
    wanted = {each for each in outcome.carrier_ids if each}
    loop = asyncio.get_running_loop()
    deadline = loop.time() + check.wait_report_s
    while True:
        final = {report.carrier_id: report for report in watch.reports if report.state.is_final}
        if wanted <= final.keys() or loop.time() >= deadline:
            break
        await _news(watch, min(deadline - loop.time(), 1.0))
    missing = wanted - final.keys()
    if missing:
        say(f"  ✗ 等了 {check.wait_report_s:g} 秒，{len(missing)} 条没有收到最终状态报告")
        _hint(wanted, watch, say)
        return False
    failed = [final[each] for each in wanted if final[each].state is not ReportState.DELIVERED]
    say("  ✗ 短信没有送达：" + failed[0].words if failed else "  ✓ 短信已送达")
    return not failed


def _hint(wanted: set[str], watch: _Watch, say: Say) -> None:
    """The two usual reasons for reports that match nothing."""
    others = [report.carrier_id for report in watch.reports if report.carrier_id not in wanted]
    if not others:
        return
    say("  注意：收到的状态报告编号与短信编号对不上")
    for base_of_id, base_of_report, form in ((16, 10, "hex_then_decimal"), (10, 16, "decimal_then_hex")):
        if {_number(each, base_of_id) for each in wanted} & {
            _number(each, base_of_report) for each in others
        } - {None}:
            say(f"  注意：编号的进制不同，可把 id_form 设为 {form}")
            return


def _number(text: str, base: int) -> int | None:
    try:
        return int(text, base)
    except ValueError:
        return None


async def _uplink(check: LinkCheck, watch: _Watch, say: Say) -> bool:
    if not check.wait_mo_s:
        return True
    say(f"  · 等上行短信 {check.wait_mo_s:g} 秒，请用手机回复")
    loop = asyncio.get_running_loop()
    deadline = loop.time() + check.wait_mo_s
    while not watch.mo and loop.time() < deadline:
        await _news(watch, min(deadline - loop.time(), 1.0))
    say("  ✓ 收到上行短信" if watch.mo else "  ✗ 没有收到上行短信")
    return bool(watch.mo)


async def _news(watch: _Watch, seconds: float) -> None:
    watch.news.clear()
    try:
        await asyncio.wait_for(watch.news.wait(), max(0.0, seconds))
    except TimeoutError:
        return
