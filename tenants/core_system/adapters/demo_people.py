"""The depositors of the demo core system: invented names, identity numbers of no place, phones of no carrier (decision D36)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kernel.validation.identity_numbers import synthetic_identity_number
from kernel.validation.phones import synthetic_mobile
from tenants.core_system.ports import PersonState


@dataclass(frozen=True)
class DemoPerson:
    """An invented depositor. `monthly_fen` is paid in each month; `base_fen` is the balance before any demo withdrawal."""

    centre_code: str
    name: str
    identity_number: str
    phone: str
    employer_zh: str
    monthly_fen: int
    base_fen: int
    state: PersonState = PersonState.NORMAL
    unit_code: str = ""

    @property
    def ref(self) -> str:
        """The reference that the demo core gives out: opaque, the same in each run."""
        digest = hashlib.sha256(f"demo:{self.identity_number}".encode()).digest()
        return f"9{int.from_bytes(digest) % 10**17:017}"


def _person(
    order: int, centre: str, name: str, born: tuple[int, int, int], employer: str, monthly: int, months: int, *,
    state: PersonState = PersonState.NORMAL, unit: str = "",
) -> DemoPerson:  # fmt: skip
    number = synthetic_identity_number(date(*born), 100 + order)
    return DemoPerson(
        centre,
        name,
        number,
        synthetic_mobile(10_000 + order),
        employer,
        monthly,
        monthly * months,
        state,
        unit,
    )


OILFIELD, CITY = "C99011", "C99010"
SEALED, FROZEN, CLOSED = PersonState.SEALED, PersonState.FROZEN, PersonState.CLOSED

DEMO_PEOPLE: Sequence[DemoPerson] = (
    _person(1, OILFIELD, "闻人晓溪", (1990, 5, 17), "示例油田勘探有限公司", 286_000, 41),
    _person(2, OILFIELD, "钟离牧原", (1985, 11, 3), "示例油田勘探有限公司", 412_000, 96),
    _person(3, OILFIELD, "上官若水", (1978, 2, 26), "示例油田物业有限公司", 158_000, 120),
    _person(4, OILFIELD, "南宫望野", (1994, 8, 9), "示例油田运输有限公司", 192_000, 18, state=SEALED),
    _person(5, OILFIELD, "慕容听雪", (1988, 1, 30), "示例油田学校", 236_000, 63, state=FROZEN),
    _person(6, OILFIELD, "司徒明川", (1996, 7, 21), "示例油田运输有限公司", 120_000, 4),
    _person(11, CITY, "东方未明", (1987, 3, 12), "示例市第一中学", 264_000, 72, unit="BH"),
    _person(12, CITY, "欧阳清和", (1992, 9, 5), "示例市人民医院", 318_000, 50, unit="CD"),
    _person(13, CITY, "皇甫星河", (1983, 6, 18), "示例市公共交通有限公司", 176_000, 110, unit="BH"),
    _person(14, CITY, "令狐知秋", (1999, 12, 1), "示例市软件园服务中心", 142_000, 15),
    _person(15, CITY, "端木书言", (1964, 10, 8), "示例市图书馆", 208_000, 200, state=SEALED, unit="CD"),
    _person(16, CITY, "百里长风", (1980, 4, 23), "示例市自来水公司", 225_000, 0, state=CLOSED),
)
"""Everyone of whom the demo core knows; phones and numbers are the same in each run, for stories and journeys."""


def people_of(centre_code: str) -> list[DemoPerson]:
    """The demo depositors of one centre."""
    return [person for person in DEMO_PEOPLE if person.centre_code == centre_code]
