"""Column types as Python source, written in one way so that equal types are equal text."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

_ALIASES: Final = {
    "VARCHAR": "String", "CHAR": "String", "TEXT": "Text", "INTEGER": "Integer", "BIGINT": "BigInteger",
    "BOOLEAN": "Boolean", "UUID": "Uuid", "DATE": "Date", "TIME": "Time", "DATETIME": "DateTime",
    "TIMESTAMP": "DateTime", "NUMERIC": "Numeric", "DECIMAL": "Numeric", "DOUBLE": "Double", "BYTEA": "LargeBinary",
    "BLOB": "LargeBinary", "DOUBLE_PRECISION": "Double", "Unicode": "String", "UnicodeText": "Text",
}  # fmt: skip
_ARGUMENTS: Final = {"String": ("length",), "Numeric": ("precision", "scale")}
_KNOWN: Final = frozenset(
    "String Text Integer BigInteger SmallInteger Boolean Uuid Date Time DateTime Numeric Double Float Interval "
    "LargeBinary JSON JSONB Enum".split()
)
_JSON: Final = 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
UNKNOWN: Final = "sa.types.NullType()"
"""Stands for a type that cannot be read: nobody's own class is imported into a revision."""

Family = Literal["text", "int", "bigint", "double", "decimal", "other"]
_TEXT = re.compile(r"sa\.(?:String\((\d*)\)|Text\(\))\Z")
_DECIMAL = re.compile(r"sa\.Numeric\((\d+), (\d+)\)(?:\.with_variant\(.*\))?\Z")
_FAMILIES: Final[dict[str, Family]] = {
    "sa.Integer()": "int",
    "sa.BigInteger()": "bigint",
    "sa.Double()": "double",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """What matters of a type: `length` of a text (None: as long as one likes), digits of a decimal."""

    family: Family
    length: int | None = None
    precision: int = 0
    scale: int = 0


@lru_cache(maxsize=1024)
def kind_of(text: str) -> Kind:
    """Tell the family and the size of a canonical type."""
    if match := _TEXT.match(text):
        return Kind("text", int(match[1]) if match[1] else None)
    if match := _DECIMAL.match(text):
        return Kind("decimal", precision=int(match[1]), scale=int(match[2]))
    return Kind(_FAMILIES.get(text, "other"))


@lru_cache(maxsize=1024)
def canonical(text: str) -> str:
    """Write a type in one way: `String(length=40)`, `sa.VARCHAR(40)` and `sa.String(40)` are all the last one.

    What is no type of SQLAlchemy's gives `UNKNOWN`.
    """
    try:
        return type_of(ast.parse(text, mode="eval").body)
    except SyntaxError:
        return UNKNOWN


def type_of(node: ast.expr) -> str:
    """Write the type that an expression is, as `canonical` does."""
    try:
        return _write(node)
    except _UnknownTypeError:
        return UNKNOWN


class _UnknownTypeError(Exception):
    """There is no such type in SQLAlchemy."""


def _write(node: ast.expr) -> str:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "with_variant":
        base = _write(node.func.value)
        if base in {"sa.JSON()", _JSON}:
            return _JSON
        return f"{base}.with_variant({_write(node.args[0])}, {_names(node.args[1:])})"
    function, arguments, keywords = node, list[ast.expr](), list[ast.keyword]()
    if isinstance(node, ast.Call):
        function, arguments, keywords = node.func, node.args, node.keywords
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    name = _ALIASES.get(name, name)
    if name not in _KNOWN:
        raise _UnknownTypeError(name)
    if name == "JSONB":
        return "postgresql.JSONB()"
    given = {keyword.arg: _source(keyword.value) for keyword in keywords}
    values = [*map(_source, arguments), *(given[key] for key in _ARGUMENTS.get(name, ()) if key in given)]
    if name == "DateTime" and (given.get("timezone") == "True" or values == ["True"]):
        return "sa.DateTime(timezone=True)"
    if name == "Enum":
        return f"sa.String({max(len(str(ast.literal_eval(one))) for one in arguments)})" if arguments else UNKNOWN
    return f"sa.{name}({', '.join(values) if name in _ARGUMENTS and values != ['None'] else ''})"


def _source(node: ast.expr) -> str:
    return repr(node.value) if isinstance(node, ast.Constant) else ast.unparse(node)


def _names(nodes: list[ast.expr]) -> str:
    return ", ".join(f'"{ast.literal_eval(node)}"' for node in nodes)
