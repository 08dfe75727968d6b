"""What a kind of slot is: a schema for the data, and a deterministic way to write it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from pydantic import BaseModel

WIDTH = 120
"""Characters of a line that our code writes."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a fill goes: `static` is the slot's text in the template, `options` are the limits of its declaration."""

    slot: str
    path: str
    indent: str
    static: str
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def suffix(self) -> str:
        """The ending of the file, as `.py`."""
        return PurePosixPath(self.path).suffix

    def limit(self, name: str, default: int) -> int:
        """Give a limit from the declaration, or the default of the kind."""
        value = self.options.get(name, default)
        if not isinstance(value, int) or value < 1:
            raise ValueError(f"slot {self.slot}: {name} must be a positive whole number, not {value!r}")
        return value


class Kind(Protocol):
    """One kind of slot. A module or an instance; `version` is raised whenever the same data would be written anew."""

    name: str
    version: int
    suffixes: frozenset[str]
    """The files in which such a slot may stand."""

    def schema(self, place: Place) -> type[BaseModel]:
        """Give the model of the data for this place; its docstring and descriptions are what a language model reads.

        Raises:
            ValueError: the static text or the options are not such that data could replace them.
        """
        ...

    def write(self, data: Any, place: Place) -> str:
        """Write validated data as the lines of the slot, indented, with the last line end.

        Raises:
            ValueError: the data cannot be written there.
        """
        ...


def written(text: str, kind: str) -> str:
    """Give the lines that a kind of data has written, if they are such as any slot may hold.

    Code is not for this: what it may hold is for the guard of its language to say.

    Raises:
        ValueError: the data held what cannot be seen, the mark of a slot, or a directive to a tool.
    """
    # The names of the kinds are wanted at each start of the program, and the guard takes its time.
    from scaffolder_fills.guard import characters  # noqa: PLC0415

    characters.check(text, kind)
    return text
