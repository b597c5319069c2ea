"""What a file is, by its bytes. The name and what a browser says about it are claims, nothing more."""

from __future__ import annotations

import io
import zipfile
from enum import StrEnum

_MOST_ENTRIES = 5_000
_MOST_UNPACKED = 300 * 1024 * 1024
_MACRO = "vbaproject.bin"


class FileKind(StrEnum):
    """Kinds we can tell apart for certain. `suffix` and `media_type` are what we say about a file, whatever it was called."""

    media_type: str
    suffix: str
    name_zh: str

    def __new__(cls, value: str, media_type: str, suffix: str, name_zh: str) -> FileKind:
        member = str.__new__(cls, value)
        member._value_ = value
        member.media_type, member.suffix, member.name_zh = media_type, suffix, name_zh
        return member

    @classmethod
    def named(cls, value: str) -> FileKind:
        """The kind of a stored code. KeyError when there is none."""
        return {str(kind.value): kind for kind in cls}[value]

    PDF = "pdf", "application/pdf", ".pdf", "PDF 文档"
    OFD = "ofd", "application/ofd", ".ofd", "OFD 版式文件"
    PNG = "png", "image/png", ".png", "PNG 图片"
    JPEG = "jpeg", "image/jpeg", ".jpg", "JPG 图片"
    XLSX = (
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ".xlsx",
        "电子表格（xlsx）",
    )
    DOCX = (
        "docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ".docx",
        "文字文档（docx）",
    )
    ZIP = "zip", "application/zip", ".zip", "压缩包（zip）"


PICTURES = frozenset({FileKind.PNG, FileKind.JPEG})
_SUFFIXES = {kind.suffix: kind for kind in FileKind} | {".jpeg": FileKind.JPEG}
_PARTS = {
    "xl/workbook.xml": FileKind.XLSX,
    "word/document.xml": FileKind.DOCX,
    "OFD.xml": FileKind.OFD,
}


def kind_of(data: bytes) -> FileKind | None:
    """The kind of these bytes; None for everything that is not on the list, also for packed files that unpack to far too much."""
    if data.startswith(b"%PDF-"):
        return FileKind.PDF
    if data.startswith(b"\x89PNG\r\n\x1a\n") and data[12:16] == b"IHDR":
        return FileKind.PNG
    if data.startswith(b"\xff\xd8\xff"):
        return FileKind.JPEG
    if data.startswith(b"PK\x03\x04"):
        return _packed(data)
    return None


def _packed(data: bytes) -> FileKind | None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return None
    names = {entry.filename for entry in entries}
    if len(entries) > _MOST_ENTRIES or sum(entry.file_size for entry in entries) > _MOST_UNPACKED:
        return None
    if any(name.lower().endswith(_MACRO) for name in names):
        return None
    for part, kind in _PARTS.items():
        if part in names and (kind is FileKind.OFD or "[Content_Types].xml" in names):
            return kind
    return FileKind.ZIP


def promised_by(name: str) -> FileKind | None:
    """The kind that a name's ending promises; None when it promises none of ours."""
    return _SUFFIXES.get(_ending(name))


def agrees(kind: FileKind, name: str) -> bool:
    """Whether the name lets one expect this kind. Phones give pictures the ending of the other picture kind: that is no lie."""
    promised = promised_by(name)
    return promised is None or promised is kind or {promised, kind} <= PICTURES


def _ending(name: str) -> str:
    stem, dot, ending = name.rpartition(".")
    return f".{ending.strip().lower()}" if dot and stem else ""
