"""Composing and checking: exact lengths, the carriers' rules, every provincial template within them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_channels.sms.message_templates.policy.checking import faults, sensitive_words
from shared_channels.sms.message_templates.policy.composing import compose, fault_of, worst_segments
from shared_channels.sms.message_templates.policy.content import (
    TemplateContent,
    Variable,
    content_of,
    keyed,
    named_body,
)
from shared_channels.sms.message_templates.seed import PROVINCIAL
from shared_channels.sms.segments.policy import segments, split
from shared_channels.sms.signatures.policy import Signature, effective

SIGNATURE = Signature("住房公积金", "示例市")
NOTICE = TemplateContent("受理", "NOTICE", "您申请的{item}已受理。", (Variable("item", "事项", "text", 10),))
CODE = TemplateContent(
    "登录", "OTP", "验证码{code}，请勿告诉他人。", (Variable("code", "验证码", "code", 6),), True
)


@pytest.mark.parametrize(
    ("category", "body", "text"),
    [
        ("OTP", "验证码{x}。", "【住房公积金】验证码1。<示例市>"),
        ("NOTICE", "已受理{x}。", "【住房公积金】已受理1。详情咨询12329<示例市>"),
        ("NOTICE", "已受理{x}。详情咨询12329", "【住房公积金】已受理1。详情咨询12329<示例市>"),
        ("POLICY", "新政{x}。", "【住房公积金】新政1。<示例市>拒收请回复R"),
        ("QUERY_REPLY", "余额{x}元。", "【住房公积金】余额1元。<示例市>"),
    ],
)
def test_a_text_has_signature_body_ending_and_city(category: str, body: str, text: str) -> None:
    assert compose(category, body, SIGNATURE, {"x": "1"}) == text


def test_the_signature_follows_the_style() -> None:
    assert effective("PER_TENANT", "示例公积金", "", "住房公积金", False, "示例市") == Signature("示例公积金")
    assert effective("PROVINCIAL_WITH_SUFFIX", "", "示例", "省公积金", False, "示例市") == Signature(
        "省公积金", "示例"
    )
    assert effective(None, "", "", "", False, "示例市") == Signature("住房公积金", "示例市")
    assert effective("PER_TENANT", "省公积金", "", "省公积金", True, "示例省") == Signature("省公积金")


letters = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)
words = st.text(letters, min_size=1, max_size=60)


@given(body=words, first=words, second=words)
def test_no_text_costs_more_than_the_worst_case(body: str, first: str, second: str) -> None:
    variables = (Variable("a", "甲", "text", 60), Variable("b", "乙", "text", 60))
    text = f"{body}{{a}}，{{b}}"
    sent = compose("NOTICE", text, SIGNATURE, {"a": first, "b": second})
    assert segments(sent) <= worst_segments("NOTICE", text, SIGNATURE, variables)
    assert segments(sent) == len(split(sent))
    assert segments(sent) == (1 if len(sent) <= 70 else -(-len(sent) // 67))


@given(value=st.text(max_size=30))
def test_a_value_that_passes_fits_its_variable(value: str) -> None:
    variable = Variable("a", "甲", "text", 20)
    if not fault_of(variable, value):
        assert 0 < len(value.encode("utf-16-le")) // 2 <= 20
        assert not set(value) & set("【】\n\r\t\x00")


@pytest.mark.parametrize("code", PROVINCIAL)
def test_a_provincial_template_keeps_the_rules_and_costs_at_most_two(code: str) -> None:
    content = PROVINCIAL[code]
    assert faults(content, Signature("住房公积金", "示例油田分中心")) == {}
    assert content_of(content.stored()) == content
    worst = worst_segments(content.category, content.body_zh, SIGNATURE, content.variables)
    assert worst == 1 if content.category == "OTP" else worst <= 2


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (replace(NOTICE, body_zh="【中心】您申请的{item}已受理。"), "body_zh"),
        (replace(NOTICE, body_zh="您申请的{item}已受理★"), "body_zh"),
        (replace(NOTICE, body_zh="您申请的{item}已受理😀"), "body_zh"),
        (replace(NOTICE, body_zh="您申请的{item}见http://x"), "body_zh"),
        (replace(NOTICE, body_zh="您申请的{item}{Item}已受理。"), "body_zh"),
        (replace(NOTICE, body_zh=" "), "body_zh"),
        (replace(NOTICE, body_zh="字" * 490 + "{item}"), "body_zh"),
        (
            replace(
                NOTICE, body_zh="您申请的{item}{two}。", variables=(*NOTICE.variables, Variable("two", "乙"))
            ),
            "body_zh",
        ),
        (replace(NOTICE, variables=()), "variables"),
        (replace(NOTICE, variables=(*NOTICE.variables, Variable("spare", "多余"))), "variables"),
        (replace(NOTICE, variables=(Variable("item", "事项", "text", 201),)), "variables"),
        (replace(NOTICE, variables=(Variable("item", "事项", "code", 6),)), "body_zh"),
        (replace(NOTICE, category="POLICY", never_stopped=True), "never_stopped"),
        (replace(NOTICE, category="BULK"), "category"),
        (replace(NOTICE, name_zh=""), "name_zh"),
        (replace(CODE, body_zh="您的号码{code}。"), "body_zh"),
        (replace(CODE, body_zh="验证码{code}，退订回复R。"), "body_zh"),
        (replace(CODE, variables=(Variable("code", "验证码", "code", 8),)), "variables"),
        (replace(CODE, variables=(Variable("code", "验证码", "text", 6),)), "body_zh"),
        (
            replace(
                CODE,
                body_zh="验证码{code}，{minutes}分钟。",
                variables=(*CODE.variables, Variable("minutes", "分", "number", 2)),
            ),
            "body_zh",
        ),
    ],
)
def test_a_fault_is_found(content: TemplateContent, field: str) -> None:
    assert field in faults(content, SIGNATURE)


def test_good_ones_have_no_fault() -> None:
    assert faults(NOTICE, SIGNATURE) == {}
    assert faults(CODE, SIGNATURE) == {}


def test_words_that_carriers_dislike_are_hinted() -> None:
    assert [word for word, _ in sensitive_words("您的贷款逾期，请点击")] == ["贷款", "逾期", "点击"]
    assert sensitive_words("您申请的事项已受理") == []


def test_people_see_names_and_programs_keep_keys() -> None:
    assert named_body(NOTICE) == "您申请的{事项}已受理。"
    known = (Variable("item", "事项"), Variable("case_no", "编号"))
    assert keyed(["编号", "事项"], known) == {"编号": "case_no", "事项": "item"}
    assert keyed(["编号", "事项名称"], known) == {"编号": "case_no", "事项名称": "item"}
    assert keyed(["事项", "编号", "日期", "金额"], known) == {
        "事项": "item",
        "编号": "case_no",
        "日期": "v1",
        "金额": "v2",
    }
    assert keyed(["甲", "乙"], ()) == {"甲": "v1", "乙": "v2"}
