"""``gjj sms link check`` against loopback carriers."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from shared_channels.sms.links.commands import link
from shared_channels.sms.links.errors import LinkConfigError
from shared_channels.sms.links.schemas import read_check
from tests.shared_channels.sms.carriers.test_loopback_process import process
from tests.shared_channels.sms.carriers.test_sgip_reverse import free_port
from tests.shared_channels.sms.running import ACCOUNT, PHONE, PROTOCOLS, SECRET


def config(protocol: str, port: int, **values: Any) -> dict[str, Any]:
    return {
        "protocol": protocol, "host": "127.0.0.1", "port": port, "account": ACCOUNT, "secret": SECRET,
        "source": "12329001", "phone": PHONE, "wait_report_s": 5, **values,
    }  # fmt: skip


def run(folder: Path, values: dict[str, Any]) -> Result:
    path = folder / "link.yaml"
    path.write_text(yaml.safe_dump(values, allow_unicode=True), "utf-8")
    return CliRunner().invoke(link, ["check", "--config", str(path)])


def mood(folder: Path, **values: Any) -> tuple[str, str]:
    path = folder / "mood.json"
    path.write_text(json.dumps(values), "utf-8")
    return ("--mood", str(path))


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_good_link_passes_every_step(protocol: str, tmp_path: Path) -> None:
    with process(protocol) as (_, ready):
        result = run(tmp_path, config(protocol, ready["port"]))
    assert result.exit_code == 0, result.output
    for words in ("登录成功", "网关已接收", "短信已送达", "结论：线路正常"):
        assert words in result.output
    assert "✗" not in result.output


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_secret_and_the_phone_are_not_shown(protocol: str, tmp_path: Path) -> None:
    with process(protocol) as (_, ready):
        result = run(tmp_path, config(protocol, ready["port"]))
    assert SECRET not in result.output
    assert PHONE not in result.output


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_wrong_secret_fails(protocol: str, tmp_path: Path) -> None:
    with process(protocol) as (_, ready):
        result = run(tmp_path, config(protocol, ready["port"], secret="wrong"))
    assert result.exit_code == 1
    assert "请核对账号和口令" in result.output
    assert "没有登录成功" in result.output


def test_a_gateway_that_is_not_there_fails(tmp_path: Path) -> None:
    result = run(tmp_path, config("cmpp30", free_port()))
    assert result.exit_code == 1
    assert "连接不上网关" in result.output


@pytest.mark.parametrize(
    ("disturbed", "words"),
    [
        ({"refuse": 1.0}, "网关拒绝：接收号码有误，代码 13"),
        ({"no_report": 1.0}, "没有收到最终状态报告"),
        ({"states": {"MK:0012": 1}}, "短信没有送达：手机关机或不在服务区"),
        ({"silent": True}, "网关没有应答链路检测"),
        ({"drop_answer": 1.0}, "结果未知"),
    ],
)
def test_what_goes_wrong_is_said_and_fails(disturbed: dict[str, Any], words: str, tmp_path: Path) -> None:
    quick = {"wait_report_s": 0.5, "keepalive_answer_s": 0.5, "answer_timeout_s": 0.5}
    with process("cmpp30", *mood(tmp_path, **disturbed)) as (_, ready):
        result = run(tmp_path, config("cmpp30", ready["port"], **quick))
    assert result.exit_code == 1
    assert words in result.output
    assert "有步骤没有通过" in result.output


def test_a_false_authenticator_is_told_and_fails_only_when_strict(tmp_path: Path) -> None:
    with process("cmpp30", *mood(tmp_path, bad_authenticator=True)) as (_, ready):
        lenient = run(tmp_path, config("cmpp30", ready["port"]))
        strict = run(tmp_path, config("cmpp30", ready["port"], strict=True))
    assert "网关的认证码与本方计算的不一致" in lenient.output
    assert (lenient.exit_code, strict.exit_code) == (0, 1)


def test_ids_in_another_base_are_hinted_at(tmp_path: Path) -> None:
    with process("smpp34", *mood(tmp_path, smpp_ids="hex_then_decimal")) as (_, ready):
        result = run(tmp_path, config("smpp34", ready["port"], wait_report_s=0.5))
        again = run(tmp_path, config("smpp34", ready["port"], id_form="hex_then_decimal"))
    assert "可把 id_form 设为 hex_then_decimal" in result.output
    assert (result.exit_code, again.exit_code) == (1, 0)


def test_reports_on_the_connection_back_and_uplink_are_seen(tmp_path: Path) -> None:
    back = free_port()
    with process("sgip12", *mood(tmp_path, reverse=f"127.0.0.1:{back}", echo_mo=1.0)) as (_, ready):
        values = {"listen_host": "127.0.0.1", "listen_port": back, "wait_mo_s": 5}
        result = run(tmp_path, config("sgip12", ready["port"], **values))
    assert result.exit_code == 0, result.output
    assert "网关已回连" in result.output
    assert "收到上行短信" in result.output


def test_a_listening_port_that_is_taken_is_told(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        values = {"listen_host": "127.0.0.1", "listen_port": taken.getsockname()[1]}
        result = run(tmp_path, config("sgip12", 1, **values))
    assert result.exit_code == 1
    assert "回连端口打不开" in result.output


def test_the_secret_may_lie_in_a_file_beside(tmp_path: Path) -> None:
    (tmp_path / "口令.txt").write_text(SECRET + "\n", "utf-8")
    values = config("cmpp30", 1, secret_file="口令.txt")
    del values["secret"]
    assert read_check(values, folder=tmp_path).settings.secret == SECRET


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"host": None}, "配置缺少 host"),
        ({"protocol": "cmpp"}, "protocol 应为 cmpp20、cmpp30、smgp30、sgip12、smpp34 之一"),
        ({"account": 901234}, "account 应为文字，请给它加上引号"),
        ({"port": "7890"}, "port 应为数字"),
        ({"port": 0}, "port 应在 1 到 65535 之间"),
        ({"strict": "yes"}, "strict 应为 true 或 false"),
        ({"window": 0}, "window 至少为 1"),
        ({"coding": "utf8"}, "coding 应为 ucs2、gbk、auto 之一"),
        ({"throttle_codes": 8}, "throttle_codes 应为数字的列表"),
        ({"wimdow": 3}, "不认识的名称 wimdow"),
        ({"secret": 12}, "请填写 secret"),
        ({"secret_file": "missing"}, "读不到 secret_file"),
        ({"text": ""}, "text 不能为空"),
        ({"phone": "abc"}, "phone 应只含数字"),
    ],
)
def test_a_wrong_configuration_says_what_to_change(
    change: dict[str, Any], words: str, tmp_path: Path
) -> None:
    values = {**config("cmpp30", 7890), **change}
    with pytest.raises(LinkConfigError, match=words):
        read_check(values, folder=tmp_path)
    result = run(tmp_path, values)
    assert result.exit_code == 2
    assert "配置有误" in result.output


@pytest.mark.parametrize("text", ["- a\n- b\n", "a: [", "只是一句话"])
def test_a_file_that_is_no_table_is_told(text: str, tmp_path: Path) -> None:
    path = tmp_path / "link.yaml"
    path.write_text(text, "utf-8")
    result = CliRunner().invoke(link, ["check", "--config", str(path)])
    assert result.exit_code == 2
    assert "配置" in result.output


def test_a_value_that_fits_no_field_is_told(tmp_path: Path) -> None:
    result = run(tmp_path, config("cmpp30", 1, account="1234567"))
    assert result.exit_code == 1
    assert "放不进协议字段 Msg_src" in result.output


def test_every_setting_is_in_the_manual() -> None:
    from shared_channels.sms.links import schemas

    manual = (Path(__file__).resolve().parents[4] / "docs" / "sms-link-check.md").read_text("utf-8")
    known = set(schemas._TYPES) | set(schemas._OF_CHECK) | set(schemas.WORDS)
    assert sorted(name for name in known if f"`{name}`" not in manual and f"{name}:" not in manual) == []
