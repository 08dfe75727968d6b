"""What an attack is, and how a table of them is written down."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.hostile.samples import SAMPLES

_TITLE = re.compile(r"^== (.+)\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Attack:
    """Something that must not come through.

    Either `text` (the lines of the slot as they are: what a lock may hold) or `data` (what a model may answer). With
    `hostile` it may not be kept; without, it may be kept as the harmless text that a serialiser makes of it.
    """

    sample: str
    name: str
    text: str | None = None
    data: Mapping[str, Any] | None = None
    hostile: bool = True

    def __str__(self) -> str:
        return f"{self.sample}: {self.name}"


def raw(sample: str, table: str) -> Iterator[Attack]:
    """Read `== name` and the lines below as attacks, which get the indentation of the slot."""
    indent = SAMPLES[sample].place.indent
    parts = _TITLE.split(table.lstrip("\n"))[1:]
    for name, text in zip(parts[::2], parts[1::2], strict=True):
        lines = text.removesuffix("\n").split("\n")
        yield Attack(sample, name, "".join(f"{indent}{line}\n" if line else "\n" for line in lines))


def exact(sample: str, texts: Mapping[str, str], *, hostile: bool = True) -> Iterator[Attack]:
    """Take texts as they are, with their own indentation and line ends."""
    for name, text in texts.items():
        yield Attack(sample, name, text, hostile=hostile)


def answered(sample: str, answers: Mapping[str, Mapping[str, Any]], *, hostile: bool = False) -> Iterator[Attack]:
    """Take answers of a model."""
    for name, data in answers.items():
        yield Attack(sample, f"answering {name}", data=data, hostile=hostile)
