"""A marshmallow schema as a form: the same rules for JSON and for pages, errors beside the field, nothing lost.

A field's `metadata` says how it is shown: `label`, `help`, `unit`, `kind`, `choices`, `rows`, `placeholder`,
`autocomplete`, `group`. Kinds: text, textarea, number, money, date, moment, select, radio, checks, checkbox, phone, id,
password, hidden, file. Money is typed in yuan and kept in fen; moments are typed in Beijing time.

    form = Form(ItemIn(), values=row)            # show
    data = form.load(request.form)               # None: show again with status 422
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, cast

import marshmallow as ma
from marshmallow import fields, validate
from werkzeug.datastructures import MultiDict

from kernel.web.field_messages import MISSING, in_words
from kernel.web.formats import amount
from kernel.web.locale import ZONE
from kernel.web.words import _

Choice = tuple[str, str]


@dataclass
class FormField:
    """One field as the macro `form_field` draws it. `value` is a string, or a list for `checks`."""

    name: str
    label: str
    kind: str
    required: bool
    value: Any = ""
    help: str = ""
    unit: str = ""
    placeholder: str = ""
    autocomplete: str = "off"
    choices: Sequence[Choice] = ()
    rows: int = 4
    max_length: int | None = None
    group: str = ""
    errors: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        return f"f-{self.name}"

    @property
    def described_by(self) -> str:
        """Ids of the help and error texts, for `aria-describedby`."""
        ids = [f"{self.id}-help"] * bool(self.help) + [f"{self.id}-error"] * bool(self.errors)
        return " ".join(ids)


class Form:
    """A schema, the values to show and the errors found. One object for one rendering.

    `choices` gives options of selects that depend on rows; `data` (after `load`) is what the service takes.
    """

    def __init__(
        self,
        schema: ma.Schema,
        values: object | None = None,
        *,
        choices: Mapping[str, Sequence[Choice]] | None = None,
    ) -> None:
        self.schema = schema
        self.data: dict[str, Any] | None = None
        self.general_errors: list[str] = []
        self.fields: dict[str, FormField] = {}
        for name, declared in schema.fields.items():
            if not declared.dump_only:
                self.fields[name] = _field(name, declared, (choices or {}).get(name))
        if values is not None:
            self._show(values)

    def __getitem__(self, name: str) -> FormField:
        return self.fields[name]

    @property
    def errors(self) -> list[FormField]:
        """Fields with errors, in the order of the page, for the summary at the top."""
        return [f for f in self.fields.values() if f.errors]

    @property
    def error_count(self) -> int:
        return len(self.errors) + len(self.general_errors)

    def _show(self, values: object) -> None:
        for name, shown in self.fields.items():
            value = values.get(name) if isinstance(values, Mapping) else getattr(values, name, None)
            shown.value = _as_typed(shown.kind, value)

    def load(self, typed: MultiDict[str, Any] | Mapping[str, Any]) -> dict[str, Any] | None:
        """Check what was typed. None when something is wrong; then the form keeps it and knows the errors."""
        values = typed if isinstance(typed, MultiDict) else MultiDict(typed)
        raw: dict[str, Any] = {}
        for name, shown in self.fields.items():
            shown.value = values.getlist(name) if shown.kind == "checks" else values.get(name, "")
            self._read(name, shown, raw)
        try:
            loaded = cast("dict[str, Any]", self.schema.load(raw, unknown=ma.EXCLUDE))
        except ma.ValidationError as error:
            self.add_errors(error.normalized_messages())  # type: ignore[no-untyped-call]
            loaded = {}
        self.data = None if self.error_count else loaded
        return self.data

    def _read(self, name: str, shown: FormField, raw: dict[str, Any]) -> None:
        """Turn one typed text into what the schema loads. Empty means absent, so that `required` speaks."""
        if shown.kind == "checkbox":
            raw[name] = bool(shown.value)
        elif shown.kind == "checks":
            raw[name] = shown.value
        elif shown.value.strip():
            try:
                raw[name] = _as_loaded(shown.kind, shown.value.strip())
            except ValueError as error:
                shown.errors.append(str(error))
        elif not shown.required and self.schema.fields[name].allow_none:
            raw[name] = None

    def add_errors(self, messages: Mapping[str, Any]) -> None:
        """Put errors (of the schema, or of `Invalid.fields`) where they belong; those of no field go to the top."""
        for name, found in messages.items():
            shown = self.fields.get(name)
            texts = [_worded(text, shown) for text in _texts(found)]
            if shown is None or shown.kind == "hidden":
                self.general_errors += texts
            elif not shown.errors:
                shown.errors += texts


def _worded(text: str, shown: FormField | None) -> str:
    """One picks from a list and types into a box: the same omission, two words for it."""
    picked = shown is not None and shown.kind in {"select", "radio", "checks", "date", "moment", "file"}
    return _("请选择这一项。") if picked and text == MISSING else in_words(text)


def _texts(found: Any) -> list[str]:
    if isinstance(found, Mapping):
        return [text for inner in found.values() for text in _texts(inner)]
    return [str(text) for text in found] if isinstance(found, list | tuple) else [str(found)]


def _field(name: str, declared: fields.Field[Any], choices: Sequence[Choice] | None) -> FormField:
    meta = declared.metadata
    options = choices if choices is not None else meta.get("choices") or _choices_of(declared)
    return FormField(
        name=name,
        label=_(meta.get("label") or name),
        kind=meta.get("kind") or _kind_of(declared, options),
        required=declared.required,
        help=_(meta["help"]) if meta.get("help") else "",
        unit=_(meta["unit"]) if meta.get("unit") else "",
        placeholder=_(meta["placeholder"]) if meta.get("placeholder") else "",
        autocomplete=meta.get("autocomplete", "off"),
        choices=[(str(value), _(text)) for value, text in options],
        rows=meta.get("rows", 4),
        max_length=_max_length(declared),
        group=_(meta["group"]) if meta.get("group") else "",
        value=[] if isinstance(declared, fields.List) else "",
    )


def _choices_of(declared: fields.Field[Any]) -> list[Choice]:
    inner = declared.inner if isinstance(declared, fields.List) else declared
    for rule in inner.validators:
        if isinstance(rule, validate.OneOf):
            labels = list(rule.labels) or [str(c) for c in rule.choices]
            return [(str(c), str(text)) for c, text in zip(rule.choices, labels, strict=True)]
    return []


def _kind_of(declared: fields.Field[Any], options: Sequence[Choice]) -> str:
    if isinstance(declared, fields.List):
        return "checks"
    if isinstance(declared, fields.Boolean):
        return "checkbox"
    if options:
        return "select"
    if isinstance(declared, fields.Date):
        return "date"
    if isinstance(declared, fields.DateTime):
        return "moment"
    if isinstance(declared, fields.Number):
        return "money" if (declared.name or "").endswith("_fen") else "number"
    return "text"


def _max_length(declared: fields.Field[Any]) -> int | None:
    return next((r.max or r.equal for r in declared.validators if isinstance(r, validate.Length)), None)


def _as_typed(kind: str, value: Any) -> Any:
    """What the input shows for a stored value."""
    if kind == "checks":
        return [str(v) for v in value or ()]
    if value is None:
        return ""
    if kind == "money":
        return amount(value).replace(",", "")
    if kind == "checkbox":
        return "1" if value else ""
    if isinstance(value, datetime):
        return value.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")
    return value.isoformat() if isinstance(value, date) else str(value)


def _as_loaded(kind: str, text: str) -> Any:
    """What the schema takes for a typed text. ValueError says in words what to type."""
    if kind == "money":
        return _fen(text)
    if kind == "number":
        return text.replace(",", "").replace("，", "")
    if kind == "moment":
        try:
            return datetime.fromisoformat(text).replace(tzinfo=ZONE).isoformat()
        except ValueError:
            raise ValueError(_("请填写日期和时间，例如 2026-11-23 14:05。")) from None
    if kind in {"phone", "id"}:
        return text.replace(" ", "").replace("-", "").upper()
    return text


def _fen(text: str) -> int:
    try:
        fen = Decimal(text.replace(",", "").replace("，", "").removesuffix("元").strip()) * 100
    except InvalidOperation:
        raise ValueError(_("请填写金额，例如 1,234.56。")) from None
    if not fen.is_finite() or fen != fen.to_integral_value() or abs(fen) >= 10**17:
        raise ValueError(_("金额最多两位小数。"))
    return int(fen)
