"""Rules in numbers: codes, limits, sessions, levels. Nothing here touches the database."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from kernel.crypto.framing import framed
from kernel.crypto.secret import RevealPurpose, Secret, reveal


class Purpose(StrEnum):
    """What a code is for; it serves nothing else."""

    REGISTER = "register"
    LOGIN = "login"
    STEP_UP = "step_up"
    BIND_CHANNEL = "bind_channel"


TEMPLATE_OF: dict[Purpose, str] = {purpose: f"code.{purpose}" for purpose in Purpose}
CODE_DIGITS = 6
CODE_LIFE = timedelta(minutes=5)
MOST_GUESSES = 5
PROOF_LIFE = timedelta(minutes=10)
"""How long a proven number waits for the person to read the privacy notice."""
COUNTER_CODE_LIFE = timedelta(minutes=10)
REAL_PERSON_LIFE = timedelta(minutes=30)
"""After this long the real person has to be proven again."""
NOTICE_VERSION = "2026-11"
"""Of `mobile/_privacy.html`: a new text gets a new version, and people are asked again."""


@dataclass(frozen=True)
class Limit:
    """At most `most` of something in a window that begins with the first. `code` separates the counters."""

    code: str
    most: int
    window: timedelta

    def key(self, what: bytes) -> bytes:
        """The counter's key. `what` is a keyed hash already; this keeps the limits apart."""
        return hashlib.sha256(framed(b"gjj.limit.v1", self.code.encode(), what)).digest()


DAY = timedelta(days=1)
CODES_A_MINUTE = Limit("code.phone.minute", 1, timedelta(minutes=1))
CODES_A_DAY = Limit("code.phone.day", 10, DAY)
CODES_ADDRESS_HOUR = Limit("code.address.hour", 200, timedelta(hours=1))
CODES_ADDRESS_DAY = Limit("code.address.day", 1000, DAY)
"""By network: behind one address of a mobile carrier stand many people."""
CODES_PAYER_HOUR = Limit("code.payer.hour", 6000, timedelta(hours=1))
PROOFS_A_DAY = Limit("proof.account.day", 5, DAY)
PROOFS_OF_PERSON_A_DAY = Limit("proof.person.day", 10, DAY)


@dataclass(frozen=True)
class SessionRules:
    """How long a log-in lives."""

    idle: timedelta
    absolute: timedelta
    touch: timedelta = timedelta(minutes=1)


H5 = "h5"
RULES: dict[str, SessionRules] = {
    H5: SessionRules(timedelta(minutes=30), timedelta(hours=12)),
    "kiosk": SessionRules(timedelta(minutes=2), timedelta(minutes=10)),
}
CHANNEL_RULES = SessionRules(timedelta(minutes=15), timedelta(minutes=30))
CHANNEL_ZH: dict[str, str] = {
    H5: "手机网页",
    "wechat": "官方微信",
    "gov_app": "政务服务平台",
    "kiosk": "自助终端",
    "hall": "网上业务大厅",
    "app": "手机客户端",
}


def rules_of(channel: str) -> SessionRules:
    """The rules of a channel's log-ins."""
    return RULES.get(channel, CHANNEL_RULES)


LEVELS: dict[str, int] = {"L0": 0, "L1": 1, "L2": 2, "L3": 3, "U1": 2, "U2": 4, "C": 4}
"""What an item's minimum level asks of a log-in. 4 is out of reach here: a certificate, or the counter."""


def level_number(word: str) -> int:
    """The number of a level word of the catalogue (`Offer.min_level`)."""
    return LEVELS[word]


def level_of(bound: bool, real_person_at: datetime | None, now: datetime) -> int:
    """1 by code, 2 by real name, 3 while the real person was proven in this log-in."""
    if not bound:
        return 1
    return 3 if real_person_at is not None and now - real_person_at < REAL_PERSON_LIFE else 2


def code_digest(key: Secret[str], challenge_id: UUID, purpose: str, code: Secret[str]) -> bytes:
    """Keyed by what only the asking browser or program holds, so that six digits can't be tried against a copy of the table."""
    message = framed(
        b"gjj.code.v1", challenge_id.bytes, purpose.encode(), reveal(code, RevealPurpose.TOKEN_HASH).encode()
    )
    return hmac.digest(reveal(key, RevealPurpose.TOKEN_HASH).encode(), message, "sha256")


_BROWSERS = (
    ("MicroMessenger", "微信"),
    ("Alipay", "支付宝"),
    ("Edg", "浏览器"),
    ("Chrome", "浏览器"),
    ("Safari", "浏览器"),
)
_SYSTEMS = (("HarmonyOS", "鸿蒙手机"), ("OpenHarmony", "鸿蒙手机"), ("Android", "安卓手机"), ("iPhone", "苹果手机"),
            ("iPad", "苹果平板"), ("Windows", "电脑"), ("Macintosh", "电脑"), ("Linux", "电脑"))  # fmt: skip


def device_words(user_agent: str) -> str:
    """A few words by which people know their own phone; the rest of the text is not kept."""
    system = next((word for sign, word in _SYSTEMS if sign in user_agent), "其他设备")
    program = next((word for sign, word in _BROWSERS if sign in user_agent), "其他程序")
    return f"{system} · {program}"
