"""The bytes decide what a file is; names are cleaned and get the ending of what they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.storage.kinds import FileKind, agrees, kind_of
from kernel.storage.names import clean
from tests.kernel.storage import samples


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (samples.PDF, FileKind.PDF),
        (samples.PNG, FileKind.PNG),
        (samples.JPEG, FileKind.JPEG),
        (samples.XLSX, FileKind.XLSX),
        (samples.DOCX, FileKind.DOCX),
        (samples.OFD, FileKind.OFD),
        (samples.ZIP, FileKind.ZIP),
        (samples.PROGRAM, None),
        (samples.PAGE, None),
        (b"", None),
        (b" %PDF-1.7", None),
        (b"PK\x03\x04 not an archive", None),
        (samples.packed("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin"), None),
        (samples.packed("bomb", content=bytes(301 * 1024 * 1024)), None),
    ],
)
def test_kind_by_bytes(data: bytes, kind: FileKind | None) -> None:
    assert kind_of(data) is kind


def test_endings_that_lie_and_endings_that_do_not() -> None:
    assert not agrees(FileKind.PNG, "公文.pdf")
    assert agrees(FileKind.JPEG, "照片.PNG")
    assert agrees(FileKind.PDF, "没有后缀")
    assert agrees(FileKind.PDF, "第1.2版")


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\文件\\合同.PDF", "合同.pdf"),
        ("合\u202e同\x00\n.pdf", "合同.pdf"),
        ('a<b>"c|.pdf', "abc.pdf"),
        ("....", "未命名文件.pdf"),
        ("甲" * 300, "甲" * 80 + ".pdf"),
        ("照片.jpg", "照片.pdf"),
    ],
)
def test_names_are_cleaned(given_name: str, kept: str) -> None:
    assert clean(given_name, FileKind.PDF) == kept


@given(st.text(max_size=300))
def test_no_name_holds_a_way_out(name: str) -> None:
    kept = clean(name, FileKind.PDF)
    assert kept.endswith(".pdf")
    assert not set(kept) & set('/\\\0\r\n"')
    assert not kept.startswith(".")
    assert len(kept) <= 84
