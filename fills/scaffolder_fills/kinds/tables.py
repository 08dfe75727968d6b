"""Data: entries of a YAML mapping, and rows of an SQL table."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, Field, create_model

from scaffolder_fills.kinds.kind import WIDTH, Place, written
from scaffolder_fills.kinds.prose import Strict
from scaffolder_fills.kinds.strings import sql_string, yaml_string

_INSERT: Final = re.compile(
    r"\s*INSERT INTO (?P<table>\"?\w+\"?) \((?P<columns>[^)]*)\) VALUES\s*\((?P<first>.*?)\)(?:,\s*\(|;)", re.DOTALL
)
_LITERAL: Final = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<word>TRUE|FALSE|NULL)|(?P<number>-?\d+(?:\.\d+)?))\s*(?:,|\Z)"
)
_UUID: Final = re.compile(r"'[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'\Z")
_ROWS_NAMESPACE: Final = uuid.UUID("5f8e9c0a-6d53-4b0e-9a53-0b8f3a1c7d21")


class YamlMap:
    """Entries `key: text` of a mapping."""

    name = "yaml.map"
    version = 1
    suffixes = frozenset({".yml", ".yaml"})

    def schema(self, place: Place) -> type[BaseModel]:
        """At most `at_most` entries whose keys are plain words."""
        key = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,59}$")]
        entry = create_model("Entry", __base__=Strict, __doc__="One entry.", key=(key, ...),
                             value=(Annotated[str, Field(min_length=1, max_length=500)], ...))  # fmt: skip
        bounds = Field(min_length=1, max_length=place.limit("at_most", 20))
        entries = Annotated[list[entry], bounds, AfterValidator(_no_key_twice)]  # type: ignore[valid-type]
        return create_model("YamlMap", __base__=Strict, __doc__="Entries of a mapping.", entries=(entries, ...))

    def write(self, data: Any, place: Place) -> str:
        """Write one entry per line, sorted by key."""
        entries = sorted(data.entries, key=lambda one: one.key)
        return written(
            "".join(f"{place.indent}{_yaml_key(one.key)}: {yaml_string(one.value)}\n" for one in entries), self.name
        )


def _no_key_twice(entries: list[Any]) -> list[Any]:
    if len({one.key for one in entries}) < len(entries):
        raise ValueError("a key stands twice")
    return entries


def _yaml_key(key: str) -> str:
    # Words that YAML 1.1 reads as true, false or nothing.
    return f'"{key}"' if key.lower() in {"y", "n", "yes", "no", "on", "off", "true", "false", "null"} else key


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of the static rows: its name, the literal of the first row, and whether all rows share it."""

    name: str
    literal: str

    @property
    def kind(self) -> type[str | float | bool]:
        if self.literal in {"TRUE", "FALSE"}:
            return bool
        return str if self.literal.startswith("'") else float


class SqlRows:
    """Rows for the table and the columns that the static rows have.

    Columns in the option `fixed`, and those that hold a UUID, keep the value of the first static row; one called `id`
    gets a UUID made of slot and number.
    """

    name = "sql.rows"
    version = 1
    suffixes = frozenset({".sql"})

    def schema(self, place: Place) -> type[BaseModel]:
        """Rows of one field per column that is not fixed, typed as the static literals are."""
        fields: dict[str, Any] = {}
        for column in _columns(place):
            if not _is_fixed(column, place):
                # Columns have names like `schema` and `copy`, which attributes of a model must not have.
                bare = column.name.strip('"')
                fields[f"given_{bare}"] = (_field(column), Field(alias=bare))
        if not fields:
            raise ValueError(f"slot {place.slot}: every column is fixed")
        row = create_model("Row", __base__=Strict, __doc__="One row.", **fields)
        bounds = Field(min_length=place.limit("at_least", 1), max_length=place.limit("at_most", 10))
        return create_model("SqlRows", __base__=Strict, __doc__="Rows of realistic, harmless example data.",
                            rows=(Annotated[list[row], bounds], ...))  # type: ignore[arg-type, valid-type]  # fmt: skip

    def write(self, data: Any, place: Place) -> str:
        """Write one INSERT statement: a row per line, or a value per line where a row is too long."""
        match = _INSERT.match(place.static)
        columns = _columns(place)
        rows = [
            _row([_value(column, row, number, place) for column in columns], place.indent)
            for number, row in enumerate(data.rows)
        ]
        table = match["table"] if match else ""
        names = ", ".join(column.name for column in columns)
        return written(f"{place.indent}INSERT INTO {table} ({names}) VALUES\n" + ",\n".join(rows) + ";\n", self.name)


def _row(values: list[str], indent: str) -> str:
    line = f"{indent}({', '.join(values)})"
    if len(line) < WIDTH:
        return line
    inner = f",\n{indent}    ".join(values)
    return f"{indent}(\n{indent}    {inner}\n{indent})"


def _columns(place: Place) -> list[_Column]:
    match = _INSERT.match(place.static)
    if match is None:
        raise ValueError(f"slot {place.slot}: the static text must be one INSERT of rows of literals")
    names = [name.strip() for name in match["columns"].split(",")]
    literals = list(_literals(match["first"]))
    if len(names) != len(literals):
        raise ValueError(f"slot {place.slot}: {len(names)} columns, but {len(literals)} literals")
    return [_Column(name, literal) for name, literal in zip(names, literals, strict=True)]


def _literals(text: str) -> Iterator[str]:
    position = 0
    while position < len(text):
        match = _LITERAL.match(text, position)
        if match is None:
            raise ValueError(f"{text[position : position + 20]!r} is no literal")
        yield match["text"] or match["word"] or match["number"]
        position = match.end()


def _is_fixed(column: _Column, place: Place) -> bool:
    # A UUID refers to a row that is there already; a model cannot know another one.
    return column.name in {"id", *place.options.get("fixed", ())} or bool(_UUID.match(column.literal))


def _field(column: _Column) -> Any:
    if column.kind is str:
        return Annotated[str, Field(min_length=1, max_length=200)]
    if column.kind is bool:
        return Annotated[bool, Field(strict=True)]
    whole = "." not in column.literal
    return Annotated[int if whole else float, Field(strict=True, ge=-1_000_000, le=1_000_000)]


def _value(column: _Column, row: Any, number: int, place: Place) -> str:
    if column.name == "id":
        return sql_string(str(uuid.uuid5(_ROWS_NAMESPACE, f"{place.slot}.{number}")))
    if _is_fixed(column, place):
        return column.literal
    value = getattr(row, "given_" + column.name.strip('"'))
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return sql_string(" ".join(value.split())) if isinstance(value, str) else _number(value)


def _number(value: float) -> str:
    """Write a number without an exponent, which not every reader of a seed file knows, and with nine places at most."""
    return str(value) if isinstance(value, int) else format(Decimal(repr(round(value, 9))), "f")
