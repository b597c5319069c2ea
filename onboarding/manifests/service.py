"""Reads manifests: bytes in, a `City` out; signs and checks the centre's signature; the manifests that come with the release."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from kernel.crypto.signing import SIGNATURE_BYTES, SigningKey
from kernel.tenancy.models import TenantKind
from onboarding.manifests import policy, schemas
from onboarding.manifests.errors import ManifestInvalid, SignatureMissing, SignatureWrong
from onboarding.manifests.policy import (
    BodyPlan,
    BudgetPlan,
    CataloguePlan,
    City,
    FigurePlan,
    StaffPlan,
    UnitPlan,
)

__all__ = [
    "DATA",
    "BodyPlan",
    "BudgetPlan",
    "CataloguePlan",
    "City",
    "FigurePlan",
    "ProvincePosts",
    "Signature",
    "StaffPlan",
    "UnitPlan",
    "bundled",
    "bundled_body",
    "read_city",
    "read_province",
    "read_signature",
    "role_names",
    "sign",
]

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Signature:
    """The centre's signature over a manifest's bytes."""

    public_key: bytes
    value: bytes

    @property
    def text(self) -> str:
        """The content of a `.sig` file."""
        return f"public_key: {self.public_key.hex()}\nsignature: {self.value.hex()}\n"

    def check(self, body: bytes) -> None:
        """Raises SignatureWrong unless it belongs to exactly these bytes."""
        if not policy.signature_fits(body, self.public_key, self.value):
            raise SignatureWrong


@dataclass(frozen=True)
class ProvincePosts:
    """The province's own people."""

    units: tuple[UnitPlan, ...]
    staff: tuple[StaffPlan, ...]


def read_city(body: bytes) -> City:
    """The meaning of a manifest. Raises ManifestInvalid with every fault and its line."""
    values, lines = schemas.load(body)
    faults = policy.faults_with_places(policy.faults_of(values), lines, schemas.place)
    if faults:
        raise ManifestInvalid(faults)
    return policy.city_of(values)


def read_province(body: bytes) -> ProvincePosts:
    """The province's own posts. Raises ManifestInvalid."""
    values, lines = schemas.load(body, "province")
    units = tuple(UnitPlan(u["code"], u["name"], u["kind"], u.get("parent")) for u in values.get("units", ()))
    found = policy.staff_faults(
        values["staff"], ("staff",), TenantKind.PROVINCE, {unit.code for unit in units}, policy.Roles(), {}
    )
    faults = policy.faults_with_places(found, lines, schemas.place)
    if faults:
        raise ManifestInvalid(faults)
    return ProvincePosts(units, policy.staff_of(values["staff"]))


def sign(body: bytes, key: SigningKey) -> Signature:
    """The contact's signature over a manifest."""
    return Signature(key.public.raw, key.sign(policy.signed_bytes(body)))


def read_signature(text: bytes) -> Signature:
    """A `.sig` file. Raises SignatureMissing when it holds no key and signature."""
    try:
        values: Any = yaml.safe_load(text.decode())
        found = Signature(bytes.fromhex(values["public_key"]), bytes.fromhex(values["signature"]))
    except (UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError):
        raise SignatureMissing from None
    if len(found.public_key) != 32 or len(found.value) != SIGNATURE_BYTES:
        raise SignatureMissing
    return found


@cache
def bundled() -> Mapping[str, str]:
    """Manifests of the release by code, with the centre's name."""
    found = {}
    for path in sorted(DATA.glob("C*.yaml")):
        city = read_city(path.read_bytes())
        found[city.centre.code] = city.centre.name_zh
    return found


def bundled_body(code: str) -> bytes:
    """The bytes of a manifest of the release. KeyError when there is none with that code."""
    names = {path.stem.split("_")[0]: path for path in DATA.glob("C*.yaml")}
    return names[code].read_bytes()


def role_names() -> Mapping[str, str]:
    """Chinese names of roles by code."""
    return policy.Roles().names
