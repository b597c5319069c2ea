#!/usr/bin/env python3
"""离线核对卷宗。只需 Python 3.8 以上，不联网，不连数据库，不装任何东西。

用法：python3 gjj_dossier.py 卷宗.zip --key 公钥（64 位十六进制，可写多次）

退出码：0 核对通过；1 发现问题（写明哪个文件、哪一段）；2 没有完成核对（读不了，或没有给出可信的公钥）。
公钥和本程序请用当面或书面方式取得，不要只用卷宗里自带的那一份。

The layout (manifest, signature, container) is described beside the code that writes it (kernel/evidence); this file repeats it on
purpose and imports nothing of it: every byte of the file is either listed in the signed manifest or follows from it.
"""

from __future__ import annotations

import hashlib
import json
import struct
import sys
import zlib
from typing import Any, List, Sequence, Tuple  # noqa: UP035 - Python 3.8

LARGEST_MANIFEST = 64 * 1024 * 1024
LOCAL, CENTRAL, END = struct.Struct("<4s5H3I2H"), struct.Struct("<4s6H3I5H2I"), struct.Struct("<4s4H2IH")


class Fault(Exception):
    """What is wrong, in words that name the file and the paragraph."""


# --- Ed25519, RFC 8032 §5.1 (verification only; nothing here is secret, so time may vary) ---
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
Point = Tuple[int, int, int, int]  # noqa: UP006


def _add(a: Point, b: Point) -> Point:
    e = (a[1] - a[0]) * (b[1] - b[0]) % P
    f = (a[1] + a[0]) * (b[1] + b[0]) % P
    g = 2 * a[3] * b[3] * D % P
    h = 2 * a[2] * b[2] % P
    x, y, z, t = f - e, h - g, h + g, f + e
    return (x * y % P, z * t % P, y * z % P, x * t % P)


def _decode(data: bytes) -> Point | None:
    """A point from its 32 bytes; None when they are no point or not the shortest spelling of one."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        return None
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if v * x * x % P != u:
        x = x * ROOT_OF_MINUS_ONE % P
    if v * x * x % P != u or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return (x, y, 1, x * y % P)


BASE = _decode((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def ed25519_verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """True when `public` (32 bytes) signed exactly `message`; False for anything malformed."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, s = _decode(public), int.from_bytes(signature[32:], "little")
    if key is None or BASE is None or s >= ORDER:
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    k = int.from_bytes(digest, "little") % ORDER
    minus: Point = (P - key[0], key[1], key[2], P - key[3])
    both, total = _add(BASE, minus), (0, 1, 1, 0)
    for bit in range(max(s.bit_length(), k.bit_length()) - 1, -1, -1):
        total = _add(total, total)
        pick = (s >> bit & 1) + 2 * (k >> bit & 1)
        if pick:
            total = _add(total, (BASE, minus, both)[pick - 1])
    inverse = pow(total[2], P - 2, P)
    x, y = total[0] * inverse % P, total[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]


# --- The container has one spelling ---
def local_header(name: bytes, data: bytes) -> bytes:
    """What must stand before a member."""
    size = len(data)
    return LOCAL.pack(b"PK\3\4", 20, 0x800, 0, 0, 0x21, zlib.crc32(data), size, size, len(name), 0) + name


def directory(members: Sequence[Tuple[bytes, bytes]]) -> bytes:  # noqa: UP006
    """What must stand after the last member."""
    entries, offset = b"", 0
    for name, data in members:
        size = len(data)
        head = (
            b"PK\1\2",
            20,
            20,
            0x800,
            0,
            0,
            0x21,
            zlib.crc32(data),
            size,
            size,
            len(name),
            0,
            0,
            0,
            0,
            0,
            offset,
        )
        entries += CENTRAL.pack(*head) + name
        offset += LOCAL.size + len(name) + size
    return entries + END.pack(b"PK\5\6", 0, 0, len(members), len(members), len(entries), offset, 0)


class Walk:
    """Goes through the file member by member; each must be exactly what is expected at that place."""

    def __init__(self, raw: bytes) -> None:
        self.raw, self.at = raw, 0
        self.members: List[Tuple[bytes, bytes]] = []  # noqa: UP006
        self.faults: List[str] = []  # noqa: UP006

    def take(self, path: str, size: int) -> bytes:
        """The bytes of the next member, whatever its header says; a header that differs is noted."""
        name = path.encode()
        start = self.at + LOCAL.size + len(name)
        data = self.raw[start : start + size]
        if len(data) != size:
            raise Fault(f"“{path}”不完整：卷宗被截断。")
        if self.raw[self.at : start] != local_header(name, data):
            self.faults.append(f"“{path}”的存放标记与内容不符：标记或内容被改动过。")
        self.members.append((name, data))
        self.at = start + size
        return data

    def named_size(self, path: str) -> int:
        """The size that the next member's header gives: used for the manifest and the signature only."""
        head = self.raw[self.at : self.at + LOCAL.size]
        if len(head) < LOCAL.size or head[:4] != b"PK\3\4":
            raise Fault(f"“{path}”的存放标记被改动过。")
        size = int(LOCAL.unpack(head)[7])
        return min(size, LARGEST_MANIFEST)


# --- The content ---
def _json(data: bytes, path: str) -> Any:
    try:
        value = json.loads(data.decode("ascii"))
        same = json.dumps(value, sort_keys=True, separators=(",", ":")).encode("ascii") == data
    except (ValueError, RecursionError):
        same, value = False, None
    if not same or not isinstance(value, dict):
        raise Fault(f"“{path}”的内容被改动过，或不符合格式。")
    return value


def _signed(raw: bytes, manifest: bytes, keys: Sequence[bytes]) -> bool:
    """Whether one of the keys (or the dossier's own, when none is given) signed the manifest."""
    value = _json(raw, "signature.json")
    try:
        public, signature = bytes.fromhex(value["public"]), bytes.fromhex(value["signature"])
        spelled = (
            public.hex() == value["public"] and signature.hex() == value["signature"] and len(value) == 2
        )
    except (KeyError, TypeError, ValueError):
        spelled, public, signature = False, b"", b""
    if not spelled:
        raise Fault("“signature.json”的内容被改动过，或不符合格式。")
    if keys and public not in keys:
        return False
    digest = hashlib.sha256(manifest).digest()
    message = b"".join(len(part).to_bytes(4, "big") + part for part in (b"gjj.dossier.v1", digest))
    return ed25519_verify(public, message, signature)


def _changed_parts(entry: Any, data: bytes) -> List[str]:  # noqa: UP006
    """The titles of the paragraphs that changed."""
    names, at = [], 0
    for title, start, length, digest in entry["parts"]:
        if start != at:
            raise ValueError("parts")
        at += length
        if hashlib.sha256(data[start:at]).hexdigest() != digest:
            names.append(str(title))
    if at != entry["size"]:
        raise ValueError("parts")
    return names


def _read(walk: Walk) -> Tuple[bytes, Any]:  # noqa: UP006
    manifest = walk.take("manifest.json", walk.named_size("manifest.json"))
    value = _json(manifest, "manifest.json")
    try:
        if (
            value["format"] != "gjj-dossier"
            or repr(value["version"]) != "1"
            or len(value) != 4
            or not isinstance(value["facts"], dict)
        ):
            raise ValueError("form")
        for entry in value["files"]:
            path, size = str(entry["path"]), int(entry["size"])
            data = walk.take(path, size)
            changed = _changed_parts(entry, data)
            if changed or hashlib.sha256(data).hexdigest() != entry["sha256"]:
                walk.faults.append("“{}”被改动过：{}。".format(path, "、".join(changed) or "全文"))
    except (KeyError, TypeError, ValueError):
        raise Fault("“manifest.json”的内容被改动过，或不符合格式。") from None
    return manifest, value


def verify(raw: bytes, keys: Sequence[bytes] = ()) -> Tuple[int, List[str]]:  # noqa: UP006
    """Exit code and lines to print. Never raises, whatever the bytes are."""
    walk, notes = Walk(raw), []  # type: Tuple[Walk, List[str]]
    try:
        manifest, value = _read(walk)
        signature = walk.take("signature.json", walk.named_size("signature.json"))
        if not _signed(signature, manifest, keys):
            walk.faults.append(
                "签名无效，或签名公钥不在您信任的公钥之中：“manifest.json”或“signature.json”被改动过。"
            )
        if raw[walk.at :] != directory(walk.members):
            walk.faults.append("文件末尾的目录被改动过，或后面多出了内容。")
        notes += [f"{name}：{text}" for name, text in sorted(value["facts"].items()) if isinstance(text, str)]
        parts = sum(len(each["parts"]) for each in value["files"])
        notes.append(f"文件 {len(value['files'])} 个，段落 {parts} 个")
    except Fault as fault:
        walk.faults.append(str(fault))
    except Exception as error:  # a hostile file may break anything: that is "not checked"
        return 2, [f"卷宗读不出来（{type(error).__name__}），没有完成核对。"]
    if walk.faults:
        return 1, notes + ["发现问题：" + text for text in walk.faults] + ["结论：发现问题，卷宗不可信。"]
    if not keys:
        return 2, notes + ["内容前后一致，但没有给出可信的公钥，所以还不能算通过：请用 --key 给出。"]
    return 0, [*notes, "结论：核对通过。"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; gives the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    words = list(sys.argv[1:] if arguments is None else arguments)
    keys, files = [], []  # type: Tuple[List[bytes], List[str]]
    try:
        while words:
            word = words.pop(0)
            if word == "--key":
                keys.append(bytes.fromhex(words.pop(0).strip().lower()))
            else:
                files.append(word)
        if len(files) != 1 or any(len(key) != 32 for key in keys) or files[0].startswith("-"):
            raise ValueError("arguments")
        with open(files[0], "rb") as file:
            raw = file.read()
    except (LookupError, ValueError, OSError):
        print(f"参数不对，或文件读不出来，没有完成核对。\n\n{__doc__}")
        return 2
    code, notes = verify(raw, keys)
    print("\n".join(notes))
    return code


if __name__ == "__main__":
    sys.exit(main())
