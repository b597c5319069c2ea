"""A secret shows its mask everywhere, and its value nowhere."""

from __future__ import annotations

import copy
import dataclasses
import io
import json
import logging
import pickle
import pprint
import sys
import traceback
from typing import Any

import msgspec
import pytest
import structlog
from rich.console import Console
from rich.traceback import Traceback

from kernel.crypto.masks import MaskKind, mask
from kernel.crypto.secret import RevealPurpose, Secret, reveal

VALUE = "379900199001010017"
MASKED = "3799**********0017"


@dataclasses.dataclass
class Person:
    """Holds a secret as rooms will."""

    id_number: Secret[str]


def secret() -> Secret[str]:
    return Secret(VALUE, MaskKind.ID_NUMBER)


@pytest.mark.parametrize(
    ("kind", "text", "shown"),
    [
        (MaskKind.NAME, "张三", "张*"),
        (MaskKind.NAME, "欧阳小明", "欧*"),
        (MaskKind.NAME, "张", "*"),
        (MaskKind.ID_NUMBER, "379900190001010009", "3799**********0009"),
        (MaskKind.ID_NUMBER, "E12345678", "E********"),
        (MaskKind.ID_NUMBER, "1234", "****"),
        (MaskKind.PHONE, "16012345678", "160****5678"),
        (MaskKind.PHONE, "88886666", "8*******"),
        (MaskKind.BANK_CARD, "6222020200112233445", "****3445"),
        (MaskKind.BANK_CARD, "1234567", "****"),
        (MaskKind.ACCOUNT, "370000012345", "****2345"),
        (MaskKind.OPAQUE, "hunter2", "******"),
        (MaskKind.OPAQUE, "x", "******"),
        (MaskKind.NAME, "", ""),
    ],
)
def test_masks_follow_the_rule_of_the_trade(kind: MaskKind, text: str, shown: str) -> None:
    assert mask(kind, text) == shown
    assert str(Secret(text, kind)) == shown


def every_rendering(thing: Any) -> list[str]:
    """All the ways in which a value ends up in text by accident."""
    logged, rich_out = io.StringIO(), io.StringIO()
    logger = logging.Logger("test")
    logger.addHandler(logging.StreamHandler(logged))
    logger.error("%s %r", thing, thing)
    logger.error("dict %s", {"a": [thing]})
    Console(file=rich_out, width=200).print(thing, {"a": thing})
    events = structlog.processors.JSONRenderer(ensure_ascii=False)(None, "info", {"event": "x", "v": thing})
    return [
        repr(thing), str(thing), f"{thing}", f"{thing!r}", f"{thing!a}", "%s" % (thing,),  # noqa: UP031
        f"{[thing]} {(thing,)} {{'a': thing}}", format(thing), pprint.pformat({"k": [thing]}), str(events),
        json.dumps({"v": thing}, default=str), str(dir(thing)), logged.getvalue(), rich_out.getvalue(),
        repr([getattr(thing, name, None) for name in dir(thing) if name not in ("_open",)]),
        repr(getattr(thing, "_open", None)),
    ]  # fmt: skip


@pytest.mark.parametrize("hidden", [VALUE, VALUE[4:14], VALUE[::-1]])
def test_no_rendering_shows_the_value(hidden: str) -> None:
    for text in every_rendering(secret()) + every_rendering(Person(secret())):
        assert hidden not in text
    assert MASKED in repr(Person(secret()))
    assert all(MASKED in text for text in every_rendering(secret())[:7])


def test_width_applies_to_the_mask() -> None:
    assert f"{secret():>20}" == "  " + MASKED


def test_traceback_with_locals_shows_the_mask() -> None:
    def fails(person: Person) -> None:
        number = person.id_number
        raise RuntimeError(f"cannot handle {number}")

    try:
        fails(Person(secret()))
    except RuntimeError as error:
        plain = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
        out = io.StringIO()
        Console(file=out, width=200).print(Traceback.from_exception(*sys.exc_info(), show_locals=True))  # type: ignore[arg-type]
    assert MASKED in plain
    assert MASKED in out.getvalue()
    assert VALUE not in plain + out.getvalue()


def test_serialisers_refuse() -> None:
    for thing in (secret(), Person(secret())):
        with pytest.raises(TypeError):
            json.dumps(thing)
        with pytest.raises(TypeError):
            msgspec.json.encode(thing)
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            with pytest.raises(TypeError, match="never pickled"):
                pickle.dumps(thing, protocol)


def test_copies_and_dictionaries_stay_secret() -> None:
    person = Person(secret())
    assert copy.deepcopy(person).id_number is person.id_number
    assert copy.copy(person.id_number) is person.id_number
    assert VALUE not in repr(dataclasses.asdict(person))
    with pytest.raises(TypeError):
        vars(person.id_number)


def test_only_reveal_gives_the_value() -> None:
    assert reveal(secret(), RevealPurpose.AUTHORISED_VIEW) == VALUE
    for wrong in ("authorised_view", None, "because"):
        with pytest.raises(TypeError):
            reveal(secret(), wrong)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        reveal(VALUE, RevealPurpose.DELIVERY)  # type: ignore[arg-type]


def test_equality_is_by_value_and_never_with_plain_text() -> None:
    assert secret() == secret()
    assert hash(secret()) == hash(secret())
    assert secret() != Secret("other", MaskKind.ID_NUMBER)
    assert secret() != VALUE
    assert Secret("济南\ud800") == Secret("济南\ud800")
    assert Secret(b"bytes") == Secret(b"bytes")
    assert str(Secret(b"bytes")) == "******"


def test_secret_cannot_be_changed_subclassed_nested_or_measured() -> None:
    one = secret()
    with pytest.raises(AttributeError):
        one.kind = MaskKind.OPAQUE
    with pytest.raises(AttributeError):
        del one.kind
    with pytest.raises(TypeError):
        type("Leak", (Secret,), {})
    with pytest.raises(TypeError):
        Secret(one)
    for act in (len, iter, sorted, bytes):
        with pytest.raises(TypeError):
            act(one)  # type: ignore[operator]
    with pytest.raises(TypeError):
        "" + one  # type: ignore[operator]
    assert Secret[str]("abc") == Secret("abc")
