"""What can go wrong with keys and sealed values. For operators; never holds a value or a key."""

from __future__ import annotations


class CryptoRefused(Exception):
    """Base of this package's refusals."""


class KeyFileUnsafe(CryptoRefused):
    """A key file or its folder can be read by others, is a link, or is damaged."""


class KeyFileExists(CryptoRefused):
    """A key would be overwritten: values sealed with it could never be read again."""


class KeyMissing(CryptoRefused):
    """The key of that version is not here (not loaded, or shredded)."""


class CannotDecrypt(CryptoRefused):
    """Wrong key, wrong place or changed bytes: which of them is not told."""

    def __init__(self) -> None:
        super().__init__("密文无法解开：密钥、位置或内容不符。")
