"""Settings of one link. Where real gateways differ the difference is a setting here, never a guess in the code."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from shared_channels.sms.carriers.text import Coding


class ProtocolName(StrEnum):
    """The five protocols, by the name used in configurations."""

    CMPP20 = "cmpp20"
    CMPP30 = "cmpp30"
    SMGP30 = "smgp30"
    SGIP12 = "sgip12"
    SMPP34 = "smpp34"


class Padding(StrEnum):
    """What an authenticator takes for an account that is shorter than its field."""

    RAW = "raw"
    PADDED = "padded"


class IdForm(StrEnum):
    """SMPP message ids: how the carrier writes them in answers and in receipts."""

    SAME = "same"
    HEX_THEN_DECIMAL = "hex_then_decimal"
    DECIMAL_THEN_HEX = "decimal_then_hex"


class LongForm(StrEnum):
    """SMPP: how a long text is sent."""

    UDH = "udh"
    SAR = "sar"
    PAYLOAD = "payload"


class Direction(StrEnum):
    """What the log-in asks for: CMPP knows only BOTH."""

    SEND = "send"
    RECEIVE = "receive"
    BOTH = "both"


class ReportWish(StrEnum):
    """When a report is asked for."""

    ALWAYS = "always"
    FAILURE = "failure"
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSettings:
    """One line to one gateway. Times in seconds; see ``docs/sms-link-check.md`` for each name in Chinese."""

    protocol: ProtocolName
    host: str
    port: int
    account: str
    secret: str = field(repr=False)
    name: str = "线路"
    source: str = ""
    service_id: str = ""
    company: str = ""
    strict: bool = False

    coding: Coding = Coding.UCS2
    phone_prefix: str = ""
    report: ReportWish = ReportWish.ALWAYS
    direction: Direction = Direction.BOTH
    padding: Padding = Padding.RAW
    follow_version: bool = False
    send_reference: bool = False
    fee_user_type: int = 2
    fee_type: str = "01"
    fee_code: str = "000000"

    window: int = 16
    rate_per_s: float = 0.0
    throttle_retries: int = 3
    throttle_codes: frozenset[int] | None = None

    connect_timeout_s: float = 3.0
    login_timeout_s: float = 5.0
    answer_timeout_s: float = 60.0
    stall_s: float = 5.0
    keepalive_s: float = 30.0
    keepalive_answer_s: float = 10.0
    keepalive_misses: int = 3
    idle_close_s: float = 0.0
    backoff_first_s: float = 0.5
    backoff_max_s: float = 30.0
    refused_backoff_s: float = 30.0
    frame_cap: int = 16_384

    node_id: int = 0
    listen_host: str = ""
    listen_port: int = 0
    reverse_account: str | None = None
    reverse_secret: str | None = field(default=None, repr=False)

    system_type: str = ""
    source_ton: int = 0
    source_npi: int = 0
    dest_ton: int = 1
    dest_npi: int = 1
    id_form: IdForm = IdForm.SAME
    long_form: LongForm = LongForm.UDH

    @property
    def company_code(self) -> str:
        """Msg_src, CorpId: the account where nothing else is set."""
        return self.company or self.account


# What the specification of a protocol says where nothing is set.
DEFAULTS: dict[ProtocolName, dict[str, Any]] = {
    ProtocolName.CMPP20: {},
    ProtocolName.CMPP30: {},
    ProtocolName.SMGP30: {"fee_type": "00"},
    ProtocolName.SGIP12: {
        "window": 32, "answer_timeout_s": 30.0, "idle_close_s": 25.0, "phone_prefix": "86", "fee_type": "1",
    },
    ProtocolName.SMPP34: {"frame_cap": 70_000},
}  # fmt: skip

# Settings whose values are words.
WORDS: dict[str, type[StrEnum]] = {
    "coding": Coding, "report": ReportWish, "direction": Direction, "padding": Padding, "id_form": IdForm,
    "long_form": LongForm,
}  # fmt: skip


def link_settings(protocol: str, **values: Any) -> LinkSettings:
    """Settings with the defaults of the protocol below what is given. Raises ValueError for an unknown protocol or
    word and TypeError for an unknown setting."""
    name = ProtocolName(protocol)
    merged = {**DEFAULTS[name], **values}
    if name is ProtocolName.SGIP12 and not merged.get("listen_port") and "idle_close_s" not in values:
        merged["idle_close_s"] = 0.0  # reports come down the only connection there is: keep it open
    for key, words in WORDS.items():
        if key in merged:
            merged[key] = words(merged[key])
    if merged.get("throttle_codes") is not None:
        merged["throttle_codes"] = frozenset(merged["throttle_codes"])
    return LinkSettings(protocol=name, **merged)
