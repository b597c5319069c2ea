"""The demo's stand-ins, labelled 演示: they look at form only and believe what the page says. A production installation has none."""

from __future__ import annotations

from collections.abc import Mapping

from kernel.crypto.secret import RevealPurpose, Secret, reveal
from shared_channels.accounts.ports import Means, RealNamePort, RealPersonPort

PRESENT = "present"


class DemoRealName:
    """Accepts a bank card whose check digit is right. Whose number and name it is, the centre's core system says."""

    label_zh = "演示实名核验"

    def agrees(self, identity_number: Secret[str], name: Secret[str], card: Secret[str]) -> bool:
        digits = reveal(card, RevealPurpose.VALIDATION).replace(" ", "")
        return not digits or (
            digits.isascii() and digits.isdigit() and 12 <= len(digits) <= 19 and _luhn(digits)
        )


class DemoRealPerson:
    """The page of the demo asks what the camera would have said."""

    def __init__(self, label_zh: str) -> None:
        self.label_zh = label_zh

    def is_present(self, name: Secret[str], evidence: str) -> bool:
        return evidence == PRESENT


def real_name(*, demo: bool) -> RealNamePort | None:
    """The connected check of names and cards; None where none is connected."""
    return DemoRealName() if demo else None


def real_person(*, demo: bool) -> Mapping[Means, RealPersonPort]:
    """The connected ways to prove a person on the phone."""
    if not demo:
        return {}
    return {Means.FACE: DemoRealPerson("演示刷脸"), Means.NETWORK_ID: DemoRealPerson("演示网号网证")}


def _luhn(digits: str) -> bool:
    doubled = [int(d) if i % 2 == 0 else sum(divmod(int(d) * 2, 10)) for i, d in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0
