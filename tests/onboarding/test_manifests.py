"""Manifests that can't be used are refused with the line, the place and what to do; those of the release are sound."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from kernel.crypto.signing import SigningKey
from onboarding.manifests.errors import ManifestInvalid, SignatureMissing, SignatureWrong
from onboarding.manifests.service import (
    DATA,
    bundled,
    bundled_body,
    read_city,
    read_province,
    read_signature,
    sign,
)
from tests.onboarding.conftest import Manifest

Make = Callable[..., Manifest]

# What is written instead of what, and words that the refusal must hold.
WRONG = {
    "unknown key": ("version: 1", "version: 1\ncolour: red", "第 2 行，“colour”：清单中没有这一项"),
    "unknown key inside": ("fictional: true", "fictional: true\n  budget: 3", "中心，额度：清单中没有这一项"),
    "other version": ("version: 1", "version: 2", "版本：只能填写：1"),
    "missing part": ("twin: true", "", "缺少“演练环境”（twin）"),
    "code of letters": ("code: C{n}100\n", "code: X1\n", "中心，代码：应当是字母 C 加 5 位数字"),
    "unknown build mode": ("build_mode: provincial_shared\n  fictional", "build_mode: rented\n  fictional", "建设方式：只能填写"),
    "empty name": ("name: 试验{k}市住房公积金管理中心\n  short", "name: ''\n  short", "名称：应当填写 1 到 60 个字"),
    "a number for a flag": ("fictional: true", "fictional: 1", "演示标记：应当填写是或否"),
    "a channel left out": (", weibo: closed}}\nstaff:\n  - {{user: city", "}}\nstaff:\n  - {{user: city", "缺少“微博”（weibo）"),
    "a channel half open": ("kiosk: open", "kiosk: half", "自助终端：只能填写：open、closed"),
    "negative money": ("allowance_fen: 480000", "allowance_fen: -1", "年度额度（分）：不能小于 0"),
    "broken money": ("sms_monthly: 1000", "sms_monthly: 10.5", "每月短信条数：应当填写整数"),
    "figure without source": ("source: 试验数据，不是真实数据, ", "", "数据 第 1 项：缺少“来源”（source）"),
    "figure of no day": ("2026-03-31", "2026-02-30", "来源日期：没有这一天"),
    "unknown role": ("roles: [centre_admin]", "roles: [king]", "没有“king”这个角色"),
    "role of another level": ("roles: [centre_admin]", "roles: [province_officer]", "不能在这一级机构担任"),
    "duties that never meet": ("roles: [centre_admin]", "roles: [centre_admin, audit_officer]", "不能由同一人担任"),
    "no roles": ("roles: [centre_admin]", "roles: []", "角色：不能为空"),
    "unknown unit": ("unit: ZHB, roles", "unit: NIX, roles", "清单中没有这个内设机构"),
    "user twice": ("city{k}.security", "city{k}.admin", "登录名：这个登录名在清单中已经用过"),
    "user in Chinese": ("city{k}.admin", "管理员", "登录名：应当以小写字母开头"),
    "unit twice": ("code: BH,", "code: ZHB,", "代码：这个机构代码已经用过"),
    "parent that comes later": ("parent: ZHB", "parent: YWB", "上级机构要写在它的前面"),
    "sub-centre with the centre's code": ("code: C{n}201", "code: C{n}100", "每个机构的代码必须不同"),
    "exempt without reason": ("plug: {{state: plugged_in}}", "plug: {{state: exempt}}", "必须写明理由"),
    "own system that is shared": ("plug: {{state: plugged_in}}", "plug: {{state: own_system, reason: 已建成自有系统}}", "与建设方式不一致"),
    "consolidated abroad": ("consolidates_into: C{n}100", "consolidates_into: C88888", "合并口径只能填写本清单中的机构代码"),
    "the same key twice": ("twin: true", "twin: true\ntwin: false", "演练环境：这一项写了两次"),
    "an anchor": ("version: 1", "version: &a 1", "清单不支持引用和标签"),
    "an alias bomb's tag": ("version: 1", "version: !!python/none 1", "清单不支持引用和标签"),
    "broken indentation": ("budget: {{", "   budget: {{", "格式不正确"),
}  # fmt: skip


@pytest.mark.parametrize("case", sorted(WRONG))
def test_what_is_wrong_is_said_with_its_place(manifest: Make, case: str) -> None:
    given = manifest()
    names = {"n": f"{given.number:02d}", "k": given.number}
    old, new, words = (text.format(**names) for text in WRONG[case])
    with pytest.raises(ManifestInvalid) as refused:
        read_city(given.altered(old, new).body)
    told = [fault.words for fault in refused.value.faults]
    assert any(words in sentence for sentence in told), told
    assert all(re.match(r"第 \d+ 行", sentence) and sentence.endswith("。") for sentence in told)


def test_the_line_is_the_line_of_the_mistake(manifest: Make) -> None:
    given = manifest().altered("roles: [security_officer]", "roles: [king]")
    line = 1 + next(n for n, text in enumerate(given.body.decode().splitlines()) if "king" in text)
    with pytest.raises(ManifestInvalid) as refused:
        read_city(given.body)
    assert [fault.line for fault in refused.value.faults] == [line]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "不完整"),
        (b"- 1\n", "不完整"),
        (b"\xff\xfe", "UTF-8"),
        (b"a: " + b"x" * (512 * 1024), "512 KB"),
        (b"version: 1\n\x00", "格式不正确"),
    ],
    ids=["nothing", "a list", "another encoding", "too large", "control characters"],
)
def test_a_file_that_is_no_manifest_is_refused(body: bytes, words: str) -> None:
    with pytest.raises(ManifestInvalid) as refused:
        read_city(body)
    assert words in refused.value.faults[0].words


def test_a_signature_is_over_these_bytes_and_no_others(manifest: Make) -> None:
    given, key = manifest(), SigningKey.generate()
    signature = read_signature(sign(given.body, key).text.encode())
    signature.check(given.body)
    with pytest.raises(SignatureWrong):
        signature.check(given.body + b" ")


@pytest.mark.parametrize("text", [b"", b"x", b"public_key: 00\nsignature: 00\n", b"public_key: zz", b"\xff"])
def test_a_file_without_a_signature_is_refused(text: bytes) -> None:
    with pytest.raises(SignatureMissing):
        read_signature(text)


def test_the_release_has_twenty_cities_each_under_its_own_code() -> None:
    assert len(bundled()) == 20
    for path in DATA.glob("C*.yaml"):
        assert read_city(path.read_bytes()).centre.code == path.name[:6]


def test_no_code_and_no_user_name_is_used_twice_in_the_release() -> None:
    cities = [read_city(bundled_body(code)) for code in bundled()]
    codes = [body.code for city in cities for body in city.bodies]
    users = [person.user for city in cities for person in city.people]
    users += [person.user for person in read_province((DATA / "province.yaml").read_bytes()).staff]
    assert len(codes) == len(set(codes))
    assert len(users) == len(set(users))


def test_real_centres_have_demo_posts_only_and_fictional_ones_have_no_figures() -> None:
    for code in bundled():
        city = read_city(bundled_body(code))
        if city.centre.fictional:
            assert [f for body in city.bodies for f in body.figures] == []
        else:
            assert all(person.name_zh.startswith("演示") for person in city.people)
            assert all("来" in f.source_zh or "引自" in f.source_zh for f in city.centre.figures)


def test_the_example_city_has_every_role_and_an_independent_sub_centre() -> None:
    city = read_city(bundled_body("C99010"))
    roles = {role for person in city.centre.staff for role in person.roles}
    assert roles >= {
        "centre_admin", "centre_editor", "centre_approver", "clerk", "seat", "statistics_officer", "system_officer",
        "security_officer", "audit_officer",
    }  # fmt: skip
    assert [(sub.code, sub.consolidates_into) for sub in city.sub_centres] == [("C99011", "C99010")]


def test_data_files_hold_no_tabs_or_trailing_blanks() -> None:
    for path in sorted(Path(DATA).glob("*.yaml")):
        assert not re.search(r"\t|[ ]+$", path.read_text(encoding="utf-8"), re.MULTILINE), path.name
