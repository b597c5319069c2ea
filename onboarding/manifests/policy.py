"""What a manifest means: bodies, units, posts, channels, money; and the rules that a schema can't say.

Pure: no session. The order of bodies is the order of joining, a centre before its sub-centres, a body before its rehearsal twin.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from kernel.crypto.framing import framed
from kernel.crypto.signing import VerifyKey
from kernel.permissions import data as permission_data
from kernel.tenancy.models import TenantKind
from onboarding.manifests.errors import Fault

TWIN_SUFFIX = "-T"
SIGNED_AS = b"gjj.manifest.v1"


@dataclass(frozen=True)
class UnitPlan:
    """A department, branch or managed sub-centre."""

    code: str
    name_zh: str
    kind: str
    parent_code: str | None


@dataclass(frozen=True)
class StaffPlan:
    """A post: who (by user name), where, with which roles."""

    user: str
    name_zh: str
    title_zh: str
    unit_code: str | None
    roles: tuple[str, ...]


@dataclass(frozen=True)
class FigurePlan:
    """A published figure with its source."""

    code: str
    label_zh: str
    value: Decimal
    unit_zh: str
    period: str
    source_zh: str
    as_of: date


@dataclass(frozen=True)
class BudgetPlan:
    """SMS segments a month and the year's allowance in fen."""

    sms_monthly: int
    allowance_fen: int


@dataclass(frozen=True)
class CataloguePlan:
    """The template is inherited; `only` leaves the other items out, `local` changes single items."""

    only: tuple[str, ...] | None
    local: tuple[tuple[str, Mapping[str, Any]], ...]


@dataclass(frozen=True)
class BodyPlan:
    """One tenant to be: a centre, an independent sub-centre, or the rehearsal twin of either."""

    code: str
    kind: TenantKind
    city_code: str
    parent_code: str | None
    name_zh: str
    short_name_zh: str
    legal_entity_zh: str
    build_mode: str
    own_app: bool
    fictional: bool
    consolidates_into: str | None
    contact_zh: str
    plug_state: str | None
    plug_reason_zh: str
    units: tuple[UnitPlan, ...]
    staff: tuple[StaffPlan, ...]
    channels: Mapping[str, bool]
    catalogue: CataloguePlan
    budget: BudgetPlan
    figures: tuple[FigurePlan, ...]
    notes: tuple[Mapping[str, str], ...]
    twin_of_code: str | None = None

    @property
    def independent(self) -> bool:
        """Whether it is a sub-centre that runs itself (decision D1)."""
        return self.kind is TenantKind.SUB_CENTRE

    def twin(self) -> BodyPlan:
        """Its rehearsal twin: the same content under a code of its own."""
        return replace(
            self,
            code=self.code + TWIN_SUFFIX,
            parent_code=None if self.parent_code is None else self.parent_code + TWIN_SUFFIX,
            name_zh=f"{self.name_zh}（演练）",
            short_name_zh=f"{self.short_name_zh}演练",
            twin_of_code=self.code,
        )


@dataclass(frozen=True)
class City:
    """A whole manifest."""

    centre: BodyPlan
    sub_centres: tuple[BodyPlan, ...]
    with_twin: bool

    @cached_property
    def bodies(self) -> tuple[BodyPlan, ...]:
        """Every tenant of this city in the order of joining."""
        plain = (self.centre, *self.sub_centres)
        return (*plain, *(body.twin() for body in plain)) if self.with_twin else plain

    @property
    def people(self) -> tuple[StaffPlan, ...]:
        """Everyone the manifest employs, once."""
        return tuple(post for body in (self.centre, *self.sub_centres) for post in body.staff)


def city_of(values: Mapping[str, Any]) -> City:
    """The meaning of values that satisfy the schema."""
    centre = values["centre"]
    code, fictional = centre["code"], centre["fictional"]
    first = _body({**values, **centre}, TenantKind.CENTRE, code, None, fictional)
    subs = (_body(sub, TenantKind.SUB_CENTRE, code, code, fictional) for sub in values.get("sub_centres", ()))
    return City(first, tuple(subs), values["twin"])


def staff_of(values: Sequence[Mapping[str, Any]]) -> tuple[StaffPlan, ...]:
    """Posts of a list of people."""
    return tuple(
        StaffPlan(p["user"], p["name"], p["title"], p.get("unit"), tuple(sorted(p["roles"]))) for p in values
    )


def _body(
    v: Mapping[str, Any], kind: TenantKind, city_code: str, parent: str | None, fictional: bool
) -> BodyPlan:
    catalogue = v.get("catalogue", {})
    only = catalogue.get("only")
    plug = v.get("plug", {})
    return BodyPlan(
        code=v["code"],
        kind=kind,
        city_code=city_code,
        parent_code=parent,
        name_zh=v["name"],
        short_name_zh=v["short_name"],
        legal_entity_zh=v["legal_entity"],
        build_mode=v["build_mode"],
        own_app=v.get("own_app", False),
        fictional=fictional,
        consolidates_into=v.get("consolidates_into"),
        contact_zh=v.get("contact", ""),
        plug_state=plug.get("state"),
        plug_reason_zh=plug.get("reason", ""),
        units=tuple(UnitPlan(u["code"], u["name"], u["kind"], u.get("parent")) for u in v.get("units", ())),
        staff=staff_of(v.get("staff", ())),
        channels={code: word == "open" for code, word in v["channels"].items()},
        catalogue=CataloguePlan(
            None if only is None else tuple(only),
            tuple((item["code"], item["changes"]) for item in catalogue.get("local", ())),
        ),
        budget=BudgetPlan(**v["budget"]),
        figures=tuple(_figure(f) for f in v.get("figures", ())),
        notes=tuple(v.get("notes", ())),
    )


def _figure(v: Mapping[str, Any]) -> FigurePlan:
    value = Decimal(str(v["value"])).normalize()
    return FigurePlan(
        v["code"], v["label"], value, v["unit"], v["period"], v["source"], date.fromisoformat(v["as_of"])
    )


def signed_bytes(body: bytes) -> bytes:
    """What the centre signs: the file's exact bytes under this message's own tag."""
    return framed(SIGNED_AS, body)


def signature_fits(body: bytes, public_key: bytes, signature: bytes) -> bool:
    """Whether that key signed exactly this file as a manifest."""
    return VerifyKey(public_key).verify(signature, signed_bytes(body))


class Roles:
    """What `roles.csv` says: who may hold what where, and which duties never meet in one person."""

    def __init__(self) -> None:
        rows = permission_data.roles()
        self.names: dict[str, str] = {row["code"]: row["name_zh"] for row in rows}
        self._kinds = {row["code"]: set(row["tenant_kinds"].split(";")) for row in rows}
        self._against = {row["code"]: set(filter(None, row["exclusive_with"].split(";"))) for row in rows}

    def faults(self, roles: Sequence[str], kind: TenantKind) -> Iterator[str]:
        """Sentences about roles that can't be given together or there."""
        for role in roles:
            if role not in self.names:
                yield f"没有“{role}”这个角色，请对照角色目录填写。"
            elif str(kind) not in self._kinds[role]:
                yield f"“{self.names[role]}”不能在这一级机构担任。"
        known = [role for role in roles if role in self.names]
        for position, role in enumerate(known):
            for other in known[position + 1 :]:
                if other in self._against[role] or role in self._against[other]:
                    yield f"“{self.names[role]}”与“{self.names[other]}”不能由同一人担任。"


Where = tuple[str | int, ...]


def faults_of(values: Mapping[str, Any]) -> Iterator[tuple[Where, str]]:
    """What the schema can't say: references, repeated codes and names, roles, days."""
    roles = Roles()
    users: dict[str, str] = {}
    codes = [values["centre"]["code"]]
    yield from _own_faults(values, (), TenantKind.CENTRE, roles, users)
    for number, sub in enumerate(values.get("sub_centres", ())):
        here: Where = ("sub_centres", number)
        if sub["code"] in codes:
            yield (*here, "code"), "这个代码在清单中已经用过，每个机构的代码必须不同。"
        codes.append(sub["code"])
        if sub["plug"]["state"] != "plugged_in" and not sub["plug"].get("reason"):
            yield (*here, "plug"), "不接入中心平台的，必须写明理由。"
        if (sub["plug"]["state"] == "own_system") != (sub["build_mode"] == "self_built"):
            yield (
                (*here, "plug", "state"),
                "接入方式与建设方式不一致：使用自有系统的应当是自建，其他的不应当是自建。",
            )
        yield from _own_faults(sub, here, TenantKind.SUB_CENTRE, roles, users)
    yield from _consolidation(values, codes)


def _consolidation(values: Mapping[str, Any], codes: Sequence[str]) -> Iterator[tuple[Where, str]]:
    bodies: list[tuple[Where, Mapping[str, Any]]] = [(("centre",), values["centre"])]
    bodies += [(("sub_centres", n), sub) for n, sub in enumerate(values.get("sub_centres", ()))]
    for here, body in bodies:
        into = body.get("consolidates_into")
        if into == body["code"]:
            yield (*here, "consolidates_into"), "不能并入本机构自己。"
        elif into is not None and into not in codes:
            yield (*here, "consolidates_into"), "合并口径只能填写本清单中的机构代码。"


def _own_faults(
    body: Mapping[str, Any], here: Where, kind: TenantKind, roles: Roles, users: dict[str, str]
) -> Iterator[tuple[Where, str]]:
    unit_codes: set[str] = set()
    for number, unit in enumerate(body.get("units", ())):
        where: Where = (*here, "units", number)
        if unit["code"] in unit_codes:
            yield (*where, "code"), "这个机构代码已经用过。"
        parent = unit.get("parent")
        if parent is not None and parent not in unit_codes:
            yield (*where, "parent"), "上级机构要写在它的前面。"
        unit_codes.add(unit["code"])
    yield from staff_faults(body.get("staff", ()), (*here, "staff"), kind, unit_codes, roles, users)
    yield from _figure_faults(body.get("figures", ()), (*here, "figures"))


def staff_faults(
    staff: Sequence[Mapping[str, Any]],
    here: Where,
    kind: TenantKind,
    unit_codes: set[str],
    roles: Roles,
    users: dict[str, str],
) -> Iterator[tuple[Where, str]]:
    """Posts that name no unit, repeat a user name, or join duties that never meet."""
    for number, post in enumerate(staff):
        where: Where = (*here, number)
        if post["user"] in users:
            yield (*where, "user"), "这个登录名在清单中已经用过。"
        users[post["user"]] = post["name"]
        if post.get("unit") is not None and post["unit"] not in unit_codes:
            yield (*where, "unit"), "清单中没有这个内设机构。"
        for text in roles.faults(post["roles"], kind):
            yield (*where, "roles"), text


def _figure_faults(figures: Sequence[Mapping[str, Any]], here: Where) -> Iterator[tuple[Where, str]]:
    seen: set[tuple[str, str]] = set()
    for number, figure in enumerate(figures):
        where: Where = (*here, number)
        try:
            date.fromisoformat(figure["as_of"])
        except ValueError:
            yield (*where, "as_of"), "没有这一天，请检查日期。"
        if (figure["code"], figure["period"]) in seen:
            yield where, "同一指标同一期间写了两次。"
        seen.add((figure["code"], figure["period"]))


def faults_with_places(
    found: Iterator[tuple[Where, str]], lines: Mapping[Where, int], words: Any
) -> list[Fault]:
    """Faults with their lines; `words` turns a place into Chinese."""

    def line(where: Where) -> int:
        while where and where not in lines:
            where = where[:-1]
        return lines.get(where, 1)

    return [Fault(line(where), words(where), text) for where, text in found]
