"""Blind index: equality search over encrypted fields without their text, by a keyed hash per tenant (rule
R12).

The same phone in two tenants gives unrelated bytes, so frequencies cannot be compared across tenants.
Never for values with few possibilities (sex, city): whoever can insert rows could count them.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Callable, Iterable
from enum import StrEnum

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.hmac import HMAC

from kernel.crypto.errors import KeyMissing
from kernel.crypto.framing import framed
from kernel.crypto.secret import RevealPurpose, Secret, reveal
from kernel.crypto.tenant_key import KeyPurpose, TenantKey

INDEX_BYTES = 32
_TAG = b"gjj.bidx.v1"
_NOISE = re.compile(r"[\s\-‐-―()·.]+")
_COUNTRY = re.compile(r"\A(?:\+|00)?86(?=1\d{10}\Z)")


class IndexAlgorithm(StrEnum):
    """Chosen by setting together with the cipher suite; a change means building the indexes anew."""

    HMAC_SHA256 = "hmac-sha256"
    HMAC_SM3 = "hmac-sm3"


class IndexedField(StrEnum):
    """What is indexed: the same digits as phone and as identity number give different bytes."""

    PHONE = "phone"
    ID_NUMBER = "id_number"
    USCC = "uscc"


def normalise_phone(text: str) -> str:
    """Half-width, without spaces, hyphens and the country code 86 before a mobile number."""
    return _COUNTRY.sub("", _plain(text))


def normalise_code(text: str) -> str:
    """Identity numbers and credit codes: half-width, upper case, without spaces and hyphens."""
    return _plain(text).upper()


def _plain(text: str) -> str:
    return _NOISE.sub("", unicodedata.normalize("NFKC", text))


_NORMALISE: dict[IndexedField, Callable[[str], str]] = {
    IndexedField.PHONE: normalise_phone,
    IndexedField.ID_NUMBER: normalise_code,
    IndexedField.USCC: normalise_code,
}


class BlindIndex:
    """Makes the index bytes of one tenant. Give all live index keys; the highest version writes."""

    def __init__(
        self, keys: Iterable[TenantKey], algorithm: IndexAlgorithm = IndexAlgorithm.HMAC_SHA256
    ) -> None:
        self._keys = sorted(keys, key=lambda key: key.version, reverse=True)
        if not self._keys:
            raise KeyMissing("本机构没有可用的检索密钥。")
        if len({key.tenant_id for key in self._keys}) != 1 or self._keys[0].purpose is not KeyPurpose.INDEX:
            raise ValueError("a blind index takes index keys of one tenant")
        self.algorithm = algorithm

    def of(self, field: IndexedField, value: Secret[str]) -> bytes:
        """32 bytes to store beside the sealed value.
        Raises ValueError when nothing is left after normalising.
        """
        return self._with(self._keys[0], field, value)

    def candidates(self, field: IndexedField, value: Secret[str]) -> list[bytes]:
        """One value per live key version, newest first: search with `IN (...)` during a renewal."""
        return [self._with(key, field, value) for key in self._keys]

    def _with(self, key: TenantKey, field: IndexedField, value: Secret[str]) -> bytes:
        text = _NORMALISE[field](reveal(value, RevealPurpose.BLIND_INDEX))
        if not text:
            raise ValueError("nothing to index")
        message = framed(_TAG, field.value.encode(), text.encode())
        if self.algorithm is IndexAlgorithm.HMAC_SM3:
            mac = HMAC(key.subkey("hmac-sm3", INDEX_BYTES, sm=True), hashes.SM3())
            mac.update(message)
            return mac.finalize()
        return hmac.digest(key.subkey("hmac-sha256", INDEX_BYTES), message, hashlib.sha256)
