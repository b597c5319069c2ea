"""What the platform asks elsewhere to prove a person: the bank card, the face, the national network identity."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from kernel.crypto.secret import Secret


class Means(StrEnum):
    """Ways to prove the real person. Face is never the only one (decision D34): the counter is always there."""

    FACE = "face"
    NETWORK_ID = "network_id"
    COUNTER = "counter"


MEANS_ZH = {Means.FACE: "刷脸核验", Means.NETWORK_ID: "国家网络身份认证", Means.COUNTER: "服务网点当面核验"}


class RealNamePort(Protocol):
    """Whether name, identity number and bank card belong to one person. An empty card is not asked about."""

    label_zh: str

    def agrees(self, identity_number: Secret[str], name: Secret[str], card: Secret[str]) -> bool: ...


class RealPersonPort(Protocol):
    """Whether the person in front of the phone is the one who is bound. `evidence` is what the means returned to the page."""

    label_zh: str

    def is_present(self, name: Secret[str], evidence: str) -> bool: ...
