"""Pure rules of the catalogue: limits, overriding, differences, words, forms."""

from __future__ import annotations

from datetime import date

import jsonschema
import msgspec
import pytest

from tenants.catalogue.policy import differing
from tenants.catalogue.policy.checking import faults
from tenants.catalogue.policy.content import ItemContent, Limit, Material, Offer, content_of
from tenants.catalogue.policy.forms import items_of
from tenants.catalogue.policy.limits import not_longer
from tenants.catalogue.policy.overriding import violations
from tenants.catalogue.policy.searching import search_text, wanted
from tenants.catalogue.policy.words import without_hints
from tenants.catalogue.seed import standard_items

ITEMS = standard_items()
W01 = ITEMS["W01"]


def limit(value: int, unit: str, kind: str = "committed") -> Limit:
    return Limit(kind=kind, value=value, unit=unit)


def with_promise(content: ItemContent, promise: Limit) -> ItemContent:
    return msgspec.structs.replace(content, limits=(*content.limits_of("statutory"), promise))


@pytest.mark.parametrize(
    ("first", "second", "certain"),
    [
        (limit(0, "instant"), limit(1, "calendar_day"), True),
        (limit(1, "working_day"), limit(0, "instant"), False),
        (limit(2, "working_day"), limit(3, "working_day"), True),
        (limit(4, "working_day"), limit(3, "working_day"), False),
        (limit(3, "calendar_day"), limit(3, "working_day"), True),
        (limit(1, "working_day"), limit(30, "calendar_day"), False),
    ],
)
def test_a_limit_is_not_longer_only_when_that_is_certain(first: Limit, second: Limit, certain: bool) -> None:
    assert not_longer(first, second) is certain


class TestDefaults:
    def test_there_are_61_and_each_may_be_published(self) -> None:
        assert len(ITEMS) == 61
        assert {code: faults(item, None) for code, item in ITEMS.items() if faults(item, None)} == {}

    def test_stored_and_read_again_they_are_equal(self) -> None:
        for item in ITEMS.values():
            assert content_of(item.stored()) == item

    def test_their_forms_are_valid_schemas_that_know_their_order(self) -> None:
        for item in ITEMS.values():
            jsonschema.Draft202012Validator.check_schema(item.form)
        assert [row.title_zh for row in items_of(ITEMS["I01"].form)] == ["类型", "内容"]

    def test_hints_for_editors_do_not_reach_people_outside(self) -> None:
        for code, item in ITEMS.items():
            said = item.public_notes_zh + "".join(one.public_basis_zh for one in item.limits)
            assert "启用前" not in said, code
            assert "本平台默认" not in said, code
            assert "由中心确认" not in said, code
        assert (
            ITEMS["W14"].public_notes_zh
            == "自2026年9月20日起依修订后的条例开办；可承诺事项：住房装修支出真实"
        )
        assert without_hints("本平台默认，为全程时限") == "为全程时限"


class TestFaults:
    def test_a_promise_may_not_exceed_the_law(self) -> None:
        assert faults(with_promise(W01, limit(3, "calendar_day")), None) == {}
        assert list(faults(with_promise(W01, limit(4, "calendar_day")), None)) == ["limits"]

    def test_two_limits_of_a_kind_may_not_meet_on_a_day(self) -> None:
        first = Limit(kind="committed", value=1, unit="calendar_day", valid_to=date(2026, 9, 20))
        second = Limit(kind="committed", value=2, unit="calendar_day", valid_from=date(2026, 9, 20))
        both = msgspec.structs.replace(W01, limits=(first, second))
        assert faults(both, None) == {"limits": ["承诺时限的有效期有重叠，请调整起止日期。"]}
        apart = msgspec.structs.replace(second, valid_from=date(2026, 9, 21))
        assert faults(msgspec.structs.replace(W01, limits=(first, apart)), None) == {}

    def test_an_item_needs_a_channel_and_materials_of_different_names(self) -> None:
        twice = (*W01.materials, W01.materials[0])
        assert list(faults(msgspec.structs.replace(W01, channels=(), materials=twice), None)) == [
            "channels",
            "materials",
        ]


class TestOverriding:
    """The sub-centre's content against what its centre offers."""

    @pytest.mark.parametrize(
        "own",
        [
            W01,
            with_promise(W01, limit(1, "calendar_day")),
            with_promise(W01, limit(0, "instant")),
            msgspec.structs.replace(W01, materials=W01.materials[1:]),
            msgspec.structs.replace(W01, materials=()),
            msgspec.structs.replace(W01, channels=W01.channels[:1], guide_zh="本分中心的流程"),
        ],
        ids=["the same", "shorter", "instant", "fewer materials", "no materials", "channels and guide"],
    )
    def test_in_favour_of_people_is_allowed(self, own: ItemContent) -> None:
        assert violations(W01, own) == {}

    @pytest.mark.parametrize(
        ("own", "area"),
        [
            (with_promise(W01, limit(4, "calendar_day")), "limits"),
            (with_promise(W01, limit(3, "working_day")), "limits"),
            (msgspec.structs.replace(W01, limits=W01.limits_of("statutory")), "limits"),
            (msgspec.structs.replace(W01, limits=W01.limits_of("committed")), "limits"),
            (msgspec.structs.replace(W01, materials=(*W01.materials, Material(name_zh="新材料", source="upload"))), "materials"),
            (
                msgspec.structs.replace(
                    W01, materials=(msgspec.structs.replace(W01.materials[0], source="upload"), *W01.materials[1:])
                ),
                "materials",
            ),
            (
                msgspec.structs.replace(
                    W01, materials=tuple(msgspec.structs.replace(m, required="y") for m in W01.materials)
                ),
                "materials",
            ),
            (msgspec.structs.replace(W01, visits=1), "visits"),
            (msgspec.structs.replace(W01, name_zh="别的名称"), "basics"),
        ],
        ids=[
            "longer", "other days", "no promise", "no law", "new material", "handed in again", "stricter", "more visits", "renamed",
        ],
    )  # fmt: skip
    def test_against_people_is_refused(self, own: ItemContent, area: str) -> None:
        assert list(violations(W01, own)) == [area]


class TestDifference:
    def test_equal_contents_have_no_line(self) -> None:
        assert differing.lines(W01, content_of(W01.stored())) == ()

    def test_it_names_limit_material_and_channel_in_words(self) -> None:
        d03 = ITEMS["D03"]
        own = msgspec.structs.replace(
            with_promise(d03, limit(2, "working_day")),
            materials=(*d03.materials[1:], Material(name_zh="清算报告", source="upload")),
            channels=(*d03.channels[1:], Offer(channel="kiosk", min_level="U2", audience=("employer",))),
        )
        found = {(line.label, line.before, line.after) for line in differing.lines(d03, own)}
        assert ("承诺时限", "3 个工作日", "2 个工作日") in found
        assert ("材料 +", "", "清算报告（申请人上传；必需）") in found
        assert ("渠道 +", "", "自助终端（缴存单位 单位数字证书）") in found
        removed = d03.materials[0]
        assert ("材料 −", removed.words, "") in found
        assert any(label == "渠道 −" and before and not after for label, before, after in found)

    def test_every_field_of_a_content_can_differ_in_a_line(self) -> None:
        """A field that the difference forgot would be published unseen by the approver."""
        other: dict[str, object] = {
            name: not value
            if isinstance(value, bool)
            else value + 1
            if isinstance(value, int)
            else f"{value}改"
            for name, value in ((f, getattr(W01, f)) for f in W01.__struct_fields__)
            if isinstance(value, bool | int | str)
        }
        other |= {
            "audience": ("employer",), "limits": (), "materials": (), "materials_before": ("旧材料",), "channels": (), "form": {},
            "valid_from": date(2026, 1, 1), "valid_to": date(2027, 1, 1),
        }  # fmt: skip
        assert set(other) == set(W01.__struct_fields__)
        for name, value in other.items():
            assert differing.lines(W01, msgspec.structs.replace(W01, **{name: value})), name

    def test_a_new_item_is_shown_whole(self) -> None:
        labels = {line.label for line in differing.whole(W01)}
        assert {"事项名称", "到现场次数", "容缺受理", "法定时限", "承诺时限", "材料 +", "渠道 +"} <= labels
        assert all(line.before == "" for line in differing.whole(W01))


class TestSearch:
    def test_pinyin_initials_and_code_are_in_the_text(self) -> None:
        text = search_text("W01", W01)
        assert all(part in text for part in ("w01", "购房提取", "goufangtiqu", "gftq"))

    def test_wildcards_are_taken_literally(self) -> None:
        assert wanted("a%_ \\B") == "%a\\%\\_\\\\b%"
