#!/usr/bin/env python3
"""离线核对审计导出包。只需 Python 3.8 以上，不联网，不连数据库，不装任何东西。

用法：python3 gjj_verify.py 导出包.zip --key 公钥（64 位十六进制，可写多次）[--tenant 机构编号] [--witness 自存检查点.json]

退出码：0 核对通过；1 发现问题（写明第几条）；2 没有完成核对（读不了，或没有给出可信的公钥）。
公钥请用当面或书面方式取得，不要用导出包里自带的那一个。只有自存的检查点能发现“签名方自己改写了历史”。

Layouts: events.bin, checkpoints.json, manifest.json, chain, head leaf and checkpoint body are described beside the code
that writes them (bundle, chain, merkle, checkpoint); this file repeats them on purpose and imports nothing of it.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
import zipfile
from collections import namedtuple
from datetime import datetime, timedelta
from pathlib import Path
from struct import Struct
from typing import Any, Sequence, Tuple  # noqa: UP035 - Python 3.8
from uuid import UUID

ZERO = bytes(32)
LARGEST_JSON = 16 * 1024 * 1024
RECORD = Struct(">IQI32sI")
MEMBERS = ["checkpoints.json", "events.bin", "manifest.json"]


class Fault(Exception):
    """What is wrong: `where` is "event", "checkpoint", "bundle", or "unread" (not checked); `index` the first bad one."""

    def __init__(self, where: str, index: int, text: str) -> None:
        super().__init__(text)
        self.where, self.index, self.text = where, index, text


# One checkpoint that holds: signed by `key`, and this tenant's head (`size`, `head`) is under its root.
Mark = namedtuple("Mark", "number time_us size head body key")
# What the bundle says of itself; each part is compared with what is found.
Manifest = namedtuple("Manifest", "tenant first last before head keys")


class Report:
    """`code` is the exit code; `faults` in the order found; `rows` checked in `seconds`."""

    def __init__(self) -> None:
        self.code, self.rows, self.seconds = 2, 0, 0.0
        self.faults: list[Fault] = []
        self.notes: list[str] = []


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


# --- Reading without trust ---
def _framed(*parts: bytes) -> bytes:
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def _json(data: bytes, name: str) -> dict[str, Any]:
    """An object in its one canonical spelling."""
    try:
        value: Any = json.loads(data[:LARGEST_JSON].decode("ascii"))
        same = json.dumps(value, sort_keys=True, separators=(",", ":")).encode("ascii") == data
    except (ValueError, RecursionError):
        same, value = False, None
    if not same or not isinstance(value, dict):
        raise Fault("bundle", 0, f"“{name}”的内容被改动过，或不符合格式。")
    return value


def _hex(value: Any, length: int) -> bytes:
    data = bytes.fromhex(value) if isinstance(value, str) else b""
    if len(data) != length or data.hex() != value:
        raise ValueError("hex")
    return data


def _number(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 2**63:
        raise ValueError("number")
    return value


def read_manifest(data: bytes) -> Manifest:
    """Raises Fault when it is not exactly of this form."""
    value = _json(data, "manifest.json")
    try:
        tenant, keys = UUID(value["tenant_id"]), [_hex(key, 32) for key in list.copy(value["keys"])]
        numbers = _number(value["first_seq"]), _number(value["last_seq"])
        found = Manifest(
            tenant.bytes, *numbers, _hex(value["prev_hash"], 32), _hex(value["head_hash"], 32), keys
        )
        wrong = [value["format"] != "gjj-audit-bundle", repr(value["version"]) != "1", len(value) != 8]
        wrong += [str(tenant) != value["tenant_id"], not 1 <= found.first <= found.last + 1]
        if any(wrong) or (found.first == 1 and found.before != ZERO):
            raise ValueError("form")
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Fault("bundle", 0, "“manifest.json”的内容被改动过，或不符合格式。") from None
    return found


# --- Checkpoints ---
def _climb(value: bytes, index: int, size: int, proof: list[bytes]) -> bytes:
    """The root that `proof` gives for a leaf hash at `index` of `size` (RFC 6962 §2.1.1); empty when it does not fit."""
    if size <= 1 or not proof or index >= size:
        return value if (size, index) == (1, 0) and not proof else b""
    left = 1 << ((size - 1).bit_length() - 1)
    if index < left:
        pair = (_climb(value, index, left, proof[:-1]), proof[-1])
    else:
        pair = (proof[-1], _climb(value, index - left, size - left, proof[:-1]))
    return hashlib.sha256(b"\1" + b"".join(pair)).digest() if all(pair) else b""


def _checkpoint(item: Any, tenant: bytes, keys: dict[str, bytes], position: int) -> Mark:
    """Check one entry of checkpoints.json. Raises Fault with its number (its position when it has none)."""
    try:
        body, signature = _hex(item["body"], 135), _hex(item["signature"], 64)
        size, head, index = _number(item["size"]), _hex(item["head"], 32), _number(item["index"])
        proof = [_hex(part, 32) for part in item["proof"]]
        fields = [body[a:b] for a, b in ((31, 39), (43, 51), (55, 63), (67, 99), (103, 135))]
        if (
            body != _framed(b"gjj.audit.checkpoint.v1", *fields)
            or len(item) != 7
            or not isinstance(item["proof"], list)
        ):
            raise ValueError("body")
        number, time_us, tree_size = (int.from_bytes(field, "big") for field in fields[:3])
        public = keys.get(item["key_id"])
    except (KeyError, TypeError, ValueError):
        raise Fault("checkpoint", position, f"第 {position} 个检查点的内容被改动过，或不符合格式。") from None
    if public is None:
        raise Fault("checkpoint", number, f"检查点 {number} 用的签名公钥不在您信任的公钥之中。")
    if not ed25519_verify(public, body, signature):
        raise Fault("checkpoint", number, f"检查点 {number} 的签名无效。")
    leaf = hashlib.sha256(
        b"\0" + _framed(b"gjj.audit.head.v1", tenant, size.to_bytes(8, "big"), head)
    ).digest()
    if _climb(leaf, index, tree_size, proof) != fields[3] or (size == 0 and head != ZERO):
        raise Fault("checkpoint", number, f"检查点 {number} 与本机构的记录对不上（可能取自别的机构）。")
    return Mark(number, time_us, size, head, body, public)


def _marks(data: bytes, name: str, tenant: bytes, keys: dict[str, bytes]) -> list[Mark]:
    value = _json(data, name)
    items = value.get("checkpoints")
    if list(value) != ["checkpoints"] or not isinstance(items, list) or not items:
        raise Fault("bundle", 0, f"“{name}”里没有检查点，或不符合格式。")
    marks = [_checkpoint(item, tenant, keys, position) for position, item in enumerate(items, 1)]
    wrong = [two.number for one, two in zip(marks, marks[1:]) if two.number <= one.number]  # noqa: B905
    if wrong:
        raise Fault("checkpoint", wrong[0], f"检查点 {wrong[0]} 的次序不对或重复。")
    return marks


def _require_consistent(marks: list[Mark]) -> list[Mark]:
    """All checkpoints, own copies included, tell one history. Gives them without repeats."""
    ordered = sorted(set(marks))
    pairs = zip(ordered, ordered[1:])  # noqa: B905 - Python 3.8
    for one, two in sorted(pairs, key=lambda pair: pair[0].number < pair[1].number):  # forks first
        if one.number == two.number:
            raise Fault("checkpoint", two.number, f"检查点 {two.number} 有两个不同的版本：历史被改写过。")
        linked = two.number != one.number + 1 or two.body[103:135] == hashlib.sha256(one.body).digest()
        forked = two.size < one.size or (two.size == one.size and two.head != one.head)
        if not linked or forked or two.time_us < one.time_us:
            raise Fault("checkpoint", two.number, f"检查点 {two.number} 与前一个不相接。")
    return ordered


# --- Events ---
class Chain:
    """Recomputes the chain over the stream of events and compares it with the checkpoints on the way."""

    def __init__(self, manifest: Manifest, marks: list[Mark]) -> None:
        self.prefix = _framed(b"gjj.audit.v1", manifest.tenant)
        self.seq, self.before = manifest.first - 1, manifest.before
        self.sealed = self.seq
        self.heads: list[tuple[int, bytes]] = sorted({(mark.size, mark.head) for mark in marks}, reverse=True)

    def _compare(self, seq: int) -> int:
        """At a sealed size the hash must be the signed one; gives the next sealed size."""
        while self.heads and self.heads[-1][0] <= seq:
            size, head = self.heads.pop()
            if size == seq and head != self.before:
                first = min(self.sealed + 1, seq)
                text = f"第 {first} 条至第 {seq} 条之间有记录被整段改写：指纹重新算过，但与签名的检查点不符。"
                raise Fault("event", first, text)
            self.sealed = max(self.sealed, size)
        return self.heads[-1][0] if self.heads else -1

    def feed(self, data: bytes) -> int:
        """Check all whole records in `data`; gives how many bytes were used."""
        unpack, sha256, prefix, end = RECORD.unpack_from, hashlib.sha256, self.prefix, len(data)
        position, seq, before, sealed_at = 0, self.seq, self.before, self._compare(self.seq)
        while position + 52 <= end:
            eight, found, width, previous, length = unpack(data, position)
            stop = position + 52 + length
            if length > 2**20 or eight != 8 or width != 32:
                raise Fault("event", seq + 1, f"第 {seq + 1} 条的长度标记被改动过。")
            if stop + 32 > end:
                break
            digest = sha256(prefix + data[position:stop]).digest()
            seq += 1
            if digest != data[stop : stop + 32] or previous != before or found != seq:
                self.seq = seq - 1
                why = (
                    "的内容与其指纹不符：内容被改动过"
                    if previous == before
                    else "与前一条不相接：前一条被改动过"
                )
                if found != seq:
                    why = f"缺失、重复或次序不对（读到的是第 {found} 条）"
                raise Fault("event", seq, f"第 {seq} 条{why}。")
            before, position = digest, stop + 32
            if seq == sealed_at:
                self.seq, self.before = seq, before
                sealed_at = self._compare(seq)
        self.seq, self.before = seq, before
        return position

    def run(self, stream: Any) -> None:
        """Read to the end. Raises Fault at the first record that is wrong or cut."""
        rest, chunk = b"", b"-"
        while chunk:
            try:
                chunk = stream.read(2**22)
            except Exception:  # whatever the ZIP reader meets, the row is named
                text = f"第 {self.seq + 1} 条起的数据在存放或传送中损坏。"
                raise Fault("event", self.seq + 1, text) from None
            data = rest + chunk if rest else chunk
            rest = data[self.feed(data) :]
        if rest:
            raise Fault("event", self.seq + 1, f"第 {self.seq + 1} 条不完整：尾部被截断。")

    def finish(self, manifest: Manifest, marks: list[Mark]) -> None:
        """The end must be exactly what the last checkpoint signed and the manifest says."""
        last = marks[-1].size
        if self.seq < max(last, manifest.last):
            raise Fault("event", self.seq + 1, f"第 {self.seq + 1} 条缺失：尾部被截断。")
        if self.seq > last:
            raise Fault("event", last + 1, f"第 {last + 1} 条起没有任何签名的检查点覆盖，不能作为证据。")
        if self.seq > manifest.last or self.before != manifest.head:
            raise Fault("bundle", 0, "“manifest.json”与实际内容不一致。")


# --- The whole check ---
def _all_marks(
    archive: Any, manifest: Manifest, trusted: dict[str, bytes], own: Sequence[bytes]
) -> list[Mark]:
    """The checkpoints of the bundle and one's own copies, when all of them hold."""
    with archive.open("checkpoints.json") as file:
        marks = _marks(file.read(LARGEST_JSON + 1), "checkpoints.json", manifest.tenant, trusted)
    if manifest.keys != sorted({mark.key for mark in marks}):
        raise Fault("bundle", 0, "“manifest.json”所附公钥与检查点所用的不一致。")
    for data in own:
        marks += _marks(data, "自存检查点", manifest.tenant, trusted)
    marks, start = _require_consistent(marks), (manifest.first - 1, manifest.before)
    if manifest.first > 1 and start not in [mark[2:4] for mark in marks]:
        raise Fault("event", manifest.first, f"第 {manifest.first} 条之前的历史没有检查点可以接上。")
    return marks


def _check(archive: Any, keys: Sequence[bytes], tenant: str, own: Sequence[bytes], report: Report) -> None:
    if sorted(archive.namelist()) != MEMBERS:
        raise Fault("unread", 0, f"这不是审计导出包：里面应当正好有 {'、'.join(MEMBERS)}。")
    with archive.open("manifest.json") as file:
        manifest = read_manifest(file.read(LARGEST_JSON + 1))
    report.notes.append(f"机构编号：{UUID(bytes=manifest.tenant)}")
    if tenant and UUID(tenant).bytes != manifest.tenant:
        raise Fault("bundle", 0, "这是另一个机构的导出包。")
    trusted = {hashlib.sha256(key).hexdigest()[:16]: key for key in keys or manifest.keys}
    marks: list[Mark] = []
    try:
        marks = _all_marks(archive, manifest, trusted, own)
    except Fault as fault:
        report.faults.append(fault)  # the events are still walked, to name the first bad one
    chain, started = Chain(manifest, marks), time.perf_counter()
    try:
        with archive.open("events.bin") as stream:
            chain.run(stream)
        if marks:
            chain.finish(manifest, marks)
            # Capped, because the signed number may lie beyond the calendar; 08:00 is the time of China.
            at = datetime(1970, 1, 1, 8) + timedelta(microseconds=min(marks[-1].time_us, 2**57))  # noqa: DTZ001
            report.notes.append(f"检查点 {len(marks)} 个，最后一个是 {marks[-1].number}（北京时间 {at}）")
    finally:
        report.rows, report.seconds = chain.seq - manifest.first + 1, time.perf_counter() - started


def verify_bundle(
    bundle: Any, keys: Sequence[bytes] = (), tenant: str = "", witnesses: Sequence[bytes] = ()
) -> Report:
    """Check a bundle (path or binary file). Never raises, whatever the bytes are; see `Report.code`."""
    report = Report()
    try:
        with zipfile.ZipFile(bundle) as archive:
            _check(archive, keys, tenant, witnesses, report)
        report.code = 1 if report.faults else 0
    except Fault as fault:
        report.faults.append(fault)
        report.code = 2 if fault.where == "unread" else 1
    except Exception as error:  # a hostile file may break the ZIP reader in any way: that is "not checked"
        report.notes.append(f"导出包读不出来（{type(error).__name__}），没有完成核对。")
    if report.code == 0 and not keys:
        report.code = 2
        report.notes.append("记录前后一致，但没有给出可信的公钥，所以还不能算通过：请用 --key 给出。")
    return report


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; gives the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a console without Chinese must not stop the check
    words = list(sys.argv[1:] if arguments is None else arguments)
    given: dict[str, list[str]] = {"bundle": [], "--key": [], "--tenant": [], "--witness": []}
    try:
        while words:
            word = words.pop(0)
            given[word if word.startswith("-") else "bundle"].append(
                words.pop(0) if word.startswith("-") else word
            )
        (bundle,), tenant = given["bundle"], "".join(given["--tenant"])
        keys = [_hex(key.strip().lower(), 32) for key in given["--key"]]
        own = [Path(name).read_bytes() for name in given["--witness"]]
        report = verify_bundle(bundle, keys, str(UUID(tenant)) if tenant else "", own)
    except (LookupError, ValueError, OSError):
        print(f"参数不对，或文件读不出来，没有完成核对。\n\n{__doc__}")
        return 2
    if report.seconds > 0:
        rate = report.rows / report.seconds
        report.notes.append(f"已核对 {report.rows} 条，用时 {report.seconds:.2f} 秒，每秒 {rate:.0f} 条")
    report.notes += ["发现问题：" + fault.text for fault in report.faults]
    report.notes.append("结论：" + ("核对通过。", "发现问题，记录不可信。", "没有完成核对。")[report.code])
    print("\n".join(report.notes))
    return report.code


if __name__ == "__main__":
    sys.exit(main())
