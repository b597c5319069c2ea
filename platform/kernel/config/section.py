"""Reads typed values out of one table of the file and notes every problem in plain words instead of stopping at the first."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

_MISSING = object()


class Section:
    """One table of the file. `where` is its name in messages; relative paths start at `base`."""

    def __init__(self, values: object, where: str, problems: list[str], base: Path) -> None:
        self._values: Mapping[str, Any] = values if isinstance(values, dict) else {}
        self._where = where
        self._problems = problems
        self._base = base
        self._asked: set[str] = set()
        if values is not None and not isinstance(values, dict):
            problems.append(f"“{where}”应当是一组设置，请按样例书写。")

    def has(self, name: str) -> bool:
        """Whether the file gives a value."""
        return name in self._values

    def text(self, name: str, default: Any = _MISSING) -> str:
        """A non-empty text."""
        value = self._get(name, default)
        if isinstance(value, str) and value.strip():
            return value.strip()
        return self._wrong(name, value, "应当是一段文字", "")

    def number(self, name: str, low: int, high: int, default: Any = _MISSING) -> int:
        """A whole number within bounds."""
        value = self._get(name, default)
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        return self._wrong(name, value, f"应当是 {low} 到 {high} 之间的整数", low)

    def flag(self, name: str, default: bool) -> bool:
        """true or false."""
        value = self._get(name, default)
        if isinstance(value, bool):
            return value
        return self._wrong(name, value, "应当是 true 或 false", default)

    def one_of(self, name: str, choices: tuple[str, ...], default: Any = _MISSING) -> str:
        """One of a few words."""
        value = self._get(name, default)
        if value in choices:
            return str(value)
        return self._wrong(name, value, f"应当是 {'、'.join(choices)} 之一", choices[0])

    def path(self, name: str, default: Any = _MISSING) -> Path:
        """A place in the file system, relative to the file's own folder."""
        value = self._get(name, default)
        if isinstance(value, (str, Path)) and str(value):
            return self._base / value
        return self._wrong(name, value, "应当是一个文件或文件夹的位置", self._base)

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts, empty when absent."""
        value = self._get(name, [])
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return tuple(value)
        return self._wrong(name, value, "应当是若干段文字的列表", tuple[str, ...]())

    def rest(self) -> dict[str, object]:
        """Values nobody asked for, for tables whose options belong to somebody else."""
        left = {k: v for k, v in self._values.items() if k not in self._asked}
        self._asked |= left.keys()
        return left

    def close(self) -> None:
        """Note names that mean nothing: a misspelt setting would otherwise be ignored in silence."""
        for name in sorted(self._values.keys() - self._asked):
            self._problems.append(f"不认识设置“{self._name(name)}”，请核对拼写或删去。")

    def sub(self, name: str) -> Section:
        """A table inside this one."""
        self._asked.add(name)
        return Section(self._values.get(name), self._name(name), self._problems, self._base)

    def subs(self, name: str) -> list[Section]:
        """A list of tables inside this one."""
        self._asked.add(name)
        found = self._values.get(name, [])
        if not isinstance(found, list):
            self._problems.append(f"“{self._name(name)}”应当写成 [[{name}]] 的形式。")
            return []
        return [
            Section(one, f"{self._name(name)}[{i}]", self._problems, self._base)
            for i, one in enumerate(found, 1)
        ]

    def note(self, problem: str) -> None:
        """A problem found by the caller."""
        self._problems.append(problem)

    def _name(self, name: str) -> str:
        return f"{self._where}.{name}" if self._where else name

    def _get(self, name: str, default: Any) -> Any:
        self._asked.add(name)
        return self._values.get(name, default)

    def _wrong(self, name: str, value: object, should: str, stand_in: T) -> T:
        lacks = value is _MISSING
        self._problems.append(
            f"缺少设置“{self._name(name)}”：{should}。" if lacks else f"设置“{self._name(name)}”{should}。"
        )
        return stand_in
