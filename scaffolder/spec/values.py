"""Checks a literal of the spec (a default, a value of a workflow) against a field and converts it."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from scaffolder.spec.grammar import DECIMAL_DIGITS
from scaffolder.spec.problems import nearest, quote
from scaffolder.spec.reader import describe, parse_duration
from scaffolder.spec.tree import MappingNode, Node, ScalarNode, SequenceNode, plain_value, resolve

RANGES = {"int": (-(2**31), 2**31 - 1), "bigint": (-(2**63), 2**63 - 1)}
DEFAULT_LENGTHS = {"string": 255, "text": 100_000, "bytes": 1_000_000}

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
_DECIMAL = re.compile(r"[-+]?[0-9]{1,100}(\.[0-9]{1,100})?\Z")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+\Z")
_URL = re.compile(r"https?://[^\s/]+\S*\Z")

Options = Mapping[str, Any]


class ValueMismatchError(ValueError):
    """The literal does not fit the field: `message` continues "the default …"; `hint` says what would."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def is_null(node: Node) -> bool:
    """Return whether `node` is an unquoted null or nothing at all."""
    return isinstance(node, ScalarNode) and node.plain and node.value is None


def convert(options: Options, node: Node) -> Any:
    """Return the literal in `node` as the field described by `options` (names of `FieldSpec`) keeps its default.

    Numbers come as int, float or Decimal, durations as seconds, dates, times and UUIDs as ISO text, lists as list.

    Raises:
        ValueMismatchError: it is of another type, or out of the field's bounds.
    """
    if options.get("array"):
        if not isinstance(node, SequenceNode):
            raise ValueMismatchError(f"must be a list, not {describe(node)}", 'such as [] or ["a"]')
        return [_convert_one(options, item) for item in node.items]
    return _convert_one(options, node)


def _convert_one(options: Options, node: Node) -> Any:
    kind = options["type"]
    if kind == "json":
        return plain_value(node)
    if isinstance(node, (SequenceNode, MappingNode)):
        raise ValueMismatchError(f"must be {_NAMES.get(kind, kind)}, not {describe(node)}")
    if is_null(node):
        raise ValueMismatchError("cannot be null", "put '?' behind the type if it may be missing")
    return _CONVERTERS[kind](options, node)


def _wrong(kind: str, node: ScalarNode, hint: str = "") -> ValueMismatchError:
    if not node.plain and not isinstance(resolve(node.text), str):
        hint = f"write {node.text} without quotes"
    return ValueMismatchError(f"must be {_NAMES.get(kind, kind)}, not {quote(node.text)}", hint)


def _text(options: Options, node: ScalarNode) -> str:
    length = len(node.text)
    low, high = options.get("minimum") or 0, options.get("maximum")
    high = DEFAULT_LENGTHS[options["type"]] if high is None else high
    if not low <= length <= high:
        bounds = f"{low} to {high}" if low else f"at most {high}"
        raise ValueMismatchError(f"has {length} characters; {bounds} are allowed")
    if "\0" in node.text:
        raise ValueMismatchError("holds a NUL character, which databases refuse")
    return node.text


def _whole(options: Options, node: ScalarNode) -> int:
    value = node.value
    if isinstance(value, bool) or not isinstance(value, int):
        raise _wrong(options["type"], node)
    _check_bounds(options, value, RANGES[options["type"]])
    return value


def _float(options: Options, node: ScalarNode) -> float:
    value = node.value
    if isinstance(value, bool) or not isinstance(value, (int, float)) or abs(value) > 1e308 or math.isnan(value):
        raise _wrong("float", node)
    _check_bounds(options, value, (None, None))
    return float(value)


def _decimal(options: Options, node: ScalarNode) -> Decimal:
    if not _DECIMAL.match(node.text):
        raise _wrong("decimal", node)
    value = Decimal(node.text)
    if problem := decimal_problem(options, value):
        raise ValueMismatchError(problem)
    _check_bounds(options, value, (None, None))
    return value


def decimal_problem(options: Options, value: int | Decimal) -> str:
    """Return why `value` does not fit the precision and scale of `options`, or nothing."""
    precision, scale = options.get("precision", DECIMAL_DIGITS[0]), options.get("scale", DECIMAL_DIGITS[1])
    exponent = Decimal(value).as_tuple().exponent
    if isinstance(exponent, int) and -exponent > scale:
        return f"{value} has more than {scale} digits behind the point"
    if abs(value) >= Decimal(10) ** (precision - scale):
        return f"{value} has more than {precision - scale} digits before the point"
    return ""


def _check_bounds(options: Options, value: Any, limits: tuple[int | None, int | None]) -> None:
    low = limits[0] if options.get("minimum") is None else options["minimum"]
    high = limits[1] if options.get("maximum") is None else options["maximum"]
    if (low is not None and value < low) or (high is not None and value > high):
        bounds = f"from {low} to {high}" if low is not None and high is not None else ""
        bounds = bounds or (f"at least {low}" if low is not None else f"at most {high}")
        raise ValueMismatchError(f"must be {bounds}, not {value}")


def _bool(_options: Options, node: ScalarNode) -> bool:
    if not isinstance(node.value, bool):
        raise _wrong("bool", node, "write true or false")
    return node.value


def _enum(options: Options, node: ScalarNode) -> str:
    values = options.get("values") or ()
    if node.text not in values:
        guess = nearest(node.text, values)
        hint = f"did you mean {quote(guess)}?" if guess else "known: " + ", ".join(values[:20])
        raise ValueMismatchError(f"is {quote(node.text)}, which is not one of its values", hint)
    return node.text


def _date(_options: Options, node: ScalarNode) -> str:
    return _iso(dt.date.fromisoformat, node, "date", "such as 2026-01-31")


def _time(_options: Options, node: ScalarNode) -> str:
    return _iso(dt.time.fromisoformat, node, "time", "such as 08:30")


def _datetime(_options: Options, node: ScalarNode) -> str:
    hint = "such as 2026-01-31T08:30:00Z, with a time zone"
    value = _iso(dt.datetime.fromisoformat, node, "datetime", hint)
    if dt.datetime.fromisoformat(value).tzinfo is None:
        raise _wrong("datetime", node, hint)
    return value


def _iso(parse: Callable[[str], dt.date | dt.time], node: ScalarNode, kind: str, hint: str) -> str:
    try:
        return parse(node.text).isoformat()
    except ValueError:
        raise _wrong(kind, node, hint) from None


def _duration(_options: Options, node: ScalarNode) -> int:
    seconds = parse_duration(node.text)
    if seconds is None:
        raise _wrong("duration", node, "such as 30s, 15m or 7d")
    return seconds


def _matching(kind: str, pattern: re.Pattern[str], hint: str) -> Callable[[Options, ScalarNode], str]:
    def check(_options: Options, node: ScalarNode) -> str:
        if not pattern.match(node.text):
            raise _wrong(kind, node, hint)
        return node.text

    return check


def _bytes(_options: Options, _node: ScalarNode) -> bytes:
    raise ValueMismatchError("cannot be given for bytes", "leave it out")


_NAMES = {
    "int": "a whole number", "bigint": "a whole number", "float": "a number", "decimal": "a decimal number",
    "bool": "true or false", "string": "text", "text": "text", "enum": "one of its values", "date": "a date",
    "time": "a time", "datetime": "a date and time", "duration": "a duration", "uuid": "a UUID", "url": "a URL",
    "email": "an e-mail address",
}  # fmt: skip

_CONVERTERS: dict[str, Callable[[Options, ScalarNode], Any]] = {
    "string": _text,
    "text": _text,
    "int": _whole,
    "bigint": _whole,
    "float": _float,
    "decimal": _decimal,
    "bool": _bool,
    "enum": _enum,
    "date": _date,
    "time": _time,
    "datetime": _datetime,
    "duration": _duration,
    "uuid": _matching("uuid", _UUID, "such as 0b7ab8b2-6d0f-4b7e-9b64-3c3a9c6f1a01"),
    "email": _matching("email", _EMAIL, "such as ada@example.com"),
    "url": _matching("url", _URL, "such as https://example.com"),
    "bytes": _bytes,
}
