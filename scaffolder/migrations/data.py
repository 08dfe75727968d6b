"""What happens to rows between two structures: one frozen value per step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from scaffolder.migrations.schema import Column, Table
from scaffolder.migrations.values import Value


@dataclass(frozen=True, slots=True)
class Fill:
    """Rows without a value in `column` get one: the same, or each one of its own."""

    table: Table
    column: Column
    value: Value


@dataclass(frozen=True, slots=True)
class Refer:
    """Rows without a value in `column` refer to the oldest row of `target`, or (`distinct`) each to one of its own."""

    table: Table
    column: Column
    target: str
    distinct: bool = False


@dataclass(frozen=True, slots=True)
class Unlink:
    """Rows whose value in `column` is no id of `target` lose it."""

    table: Table
    column: Column
    target: str


@dataclass(frozen=True, slots=True)
class Choose:
    """Rows with another value than the allowed ones get `value`."""

    table: Table
    column: Column
    allowed: tuple[str, ...]
    value: Value


@dataclass(frozen=True, slots=True)
class Cut:
    """Texts that are longer than `length` lose their end."""

    table: Table
    column: Column
    length: int


@dataclass(frozen=True, slots=True)
class Pad:
    """Texts that are shorter than `length` get hyphens at their end."""

    table: Table
    column: Column
    length: int


@dataclass(frozen=True, slots=True)
class Limit:
    """Numbers that are less (`sign` is "<") or greater (">") than `bound`, Python source, become it."""

    table: Table
    column: Column
    sign: str
    bound: str


@dataclass(frozen=True, slots=True)
class Convert:
    """The values of `column` go to `new`, which has another type, by way of the function `how`."""

    table: Table
    column: Column
    new: Column
    how: str


Data: TypeAlias = Convert | Fill | Refer | Unlink | Choose | Cut | Pad | Limit
