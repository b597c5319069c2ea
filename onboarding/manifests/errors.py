"""What is wrong with a manifest, each with its place in the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kernel.errors import Conflict, Invalid


@dataclass(frozen=True, order=True)
class Fault:
    """One mistake: line in the file (from 1), the place in words, what to do."""

    line: int
    place_zh: str
    text_zh: str

    @property
    def words(self) -> str:
        """The whole sentence."""
        return f"第 {self.line} 行{'，' + self.place_zh if self.place_zh else ''}：{self.text_zh}"


class ManifestInvalid(Invalid):
    """The file can't be used as it is; `faults` says where and why, in the order of the file."""

    code = "onboarding.manifest"
    message_zh = "入驻清单有需要修改的地方。"
    hint_zh = "请按提示修改清单文件，再重新提交。"

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__({"manifest": [fault.words for fault in self.faults]})

    @property
    def extensions(self) -> dict[str, Any]:
        return {
            "errors": [
                {"field": "manifest", "line": f.line, "place": f.place_zh, "messages": [f.text_zh]}
                for f in self.faults
            ]
        }


class SignatureMissing(Invalid):
    """The centre has not signed these bytes."""

    code = "onboarding.signature_missing"
    message_zh = "清单没有中心的签名。"
    hint_zh = "请由中心用联系人密钥签名后，连同签名文件一起提交。"


class SignatureWrong(Conflict):
    """The signature belongs to other bytes or another key."""

    code = "onboarding.signature_wrong"
    message_zh = "清单的签名与内容不符，没有采用。"
    hint_zh = "清单签名后又被修改过，或者签名文件拿错了。请由中心重新签名。"
