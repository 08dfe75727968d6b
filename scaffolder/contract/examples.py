"""Example values of a field: two that are accepted and some that must be refused, for tests and factories."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from scaffolder.contract.literals import python_literal, typed_literal
from scaffolder.contract.typemap import decimal_digits, length_bounds, number_bounds
from scaffolder.spec.model import FieldSpec

_FIXED: dict[str, tuple[object, object, tuple[str, ...]]] = {
    "bool": (True, False, ('"yes"', "1")),
    "date": ("2026-01-31", "2026-02-28", ('"31 January"', "20260131")),
    "time": ("08:30:00", "17:45:00", ('"noon"', "830")),
    "datetime": ("2026-01-31T08:30:00Z", "2026-02-28T17:45:00Z", ('"2026-01-31T08:30:00"', '"soon"')),
    "duration": ("PT15M", "PT1H", ('"a while"', "900")),
    "uuid": (
        "0b7ab8b2-6d0f-4b7e-9b64-3c3a9c6f1a01",
        "0b7ab8b2-6d0f-4b7e-9b64-3c3a9c6f1a02",
        ('"not-a-uuid"', "7"),
    ),
    "json": ({"key": "example"}, {"key": "other"}, ()),
    "bytes": ("ZXhhbXBsZQ==", "b3RoZXI=", ('"not base64!"', "7")),
    "email": ("ada@example.com", "grace@example.com", ('"not an address"', "7")),
    "url": ("https://example.com/one", "https://example.com/two", ('"not a url"', "7")),
}

_ENOUGH = 999
"""More rows than this are not made in one test."""


@dataclass(frozen=True, slots=True)
class Examples:
    """Python source: of a typed value, of two JSON values, and of JSON values that must be refused.

    `nth` is a typed value that differs for each number which takes the place of `{n}`; after `distinct` numbers it
    begins anew, if that is not 0.
    """

    python: str
    json: str
    other: str
    invalid: tuple[str, ...]
    nth: str = ""
    distinct: int = 0


def examples_for(field: FieldSpec, label: str, enum_class: str = "", members: tuple[str, ...] = ()) -> Examples:
    """Return the examples of a scalar field; `members` are the members of `enum_class` in order."""
    first, second, invalid = _values(field, label)
    member = members[_start(field)] if members else ""
    python = typed_literal(field.type, first, enum_class, member)
    if field.array:
        return Examples(
            python=f"[{python}]",
            json=python_literal([first]),
            other=python_literal([second, first]),
            invalid=(python_literal(first) if field.type != "json" else "7", *(f"[{bad}]" for bad in invalid[:1])),
        )
    nth, distinct = _nth(field, python, enum_class)
    return Examples(
        python=python,
        json=python_literal(first),
        other=python_literal(second),
        invalid=invalid,
        nth=nth,
        distinct=distinct,
    )


def _values(field: FieldSpec, label: str) -> tuple[object, object, tuple[str, ...]]:
    if field.type in {"string", "text"}:
        low, high = length_bounds(field)
        short = ('""',) if low else ()
        return _text(label, low, high), _text(f"Other {label}", low, high), (f'"x" * {high + 1}', *short, "7")
    if field.type == "enum":
        first = field.values[_start(field)]
        other = field.values[-1] if field.values[-1] != first else field.values[0]
        return first, other, ('"no such value"', "7")
    if field.type in {"int", "bigint", "float", "decimal"}:
        return _number_values(field)
    return _FIXED[field.type]


def _start(field: FieldSpec) -> int:
    """Return the place of the value of an enum that examples begin with: its default, as states do."""
    return field.values.index(field.default) if field.has_default and field.default in field.values else 0


def _from(start: int) -> str:
    return f"({{n}} + {start})" if start else "{n}"


def _nth(field: FieldSpec, example: str, enum_class: str) -> tuple[str, int]:
    if field.type in {"int", "bigint", "float", "decimal"}:
        return _nth_number(field)
    if field.type in {"string", "text"}:
        longest = length_bounds(field)[1]
        if longest > 3:
            return f"_numbered({{n}}, {example})", 0
        return f"_numbered({{n}} % {10**longest}, {example})", 10**longest
    return {
        "email": ('f"person{{n}}@example.com"', 0),
        "url": ('f"https://example.com/{{n}}"', 0),
        "date": (f"{example} + dt.timedelta(days={{n}})", 0),
        "datetime": (f"{example} + dt.timedelta(days={{n}})", 0),
        "duration": (f"{example} + dt.timedelta(seconds={{n}})", 0),
        "time": ("dt.time(minute={n} % 60)", 60),
        "uuid": ("uuid.uuid4()", 0),
        "bool": ("{n} % 2 == 0", 2),
        "enum": (f"list({enum_class})[{_from(_start(field))} % {len(field.values)}]", len(field.values)),
    }.get(field.type, (example, 1))


def _nth_number(field: FieldSpec) -> tuple[str, int]:
    low, high, unit = _steps(field)
    first = Decimal(str(_number_values(field)[0]))
    repeats = high is not None and high - first < _ENOUGH * unit
    if high is not None and repeats:
        first = high - _ENOUGH * unit if low is None else max(low, high - _ENOUGH * unit)
    distinct = int((high - first) / unit) + 1 if high is not None and repeats else 0
    number = f"{{n}} % {distinct}" if distinct else "{n}"
    factor = "" if unit == 1 else f" * {typed_literal(field.type, unit)}"
    if first == 0 and field.type != "decimal":
        return f"{number}{factor}", distinct
    start = str(int(first)) if field.type == "int" else typed_literal(field.type, first)
    return f"{start} + {number}{factor}", distinct


def _steps(field: FieldSpec) -> tuple[Decimal | None, Decimal | None, Decimal]:
    """Return the bounds of a number field, and the distance of values that are told apart."""
    if field.type == "decimal":
        return *_decimal_bounds(field), Decimal(1).scaleb(-decimal_digits(field)[1])
    low, high = (None if bound is None else Decimal(str(bound)) for bound in number_bounds(field))
    if field.type == "float" and low is not None and high is not None:
        return low, high, (high - low) / _ENOUGH
    return low, high, Decimal(1)


def _text(text: str, low: int, high: int) -> str:
    padded = text if len(text) >= low else text + "x" * (low - len(text))
    cut = padded[:high]
    # A cut may end in a space, which the API would not keep apart from the value without it.
    return cut if cut == cut.strip() else cut.strip().ljust(len(cut), "x")


def _number_values(field: FieldSpec) -> tuple[object, object, tuple[str, ...]]:
    low, high = number_bounds(field)
    if field.type == "decimal":
        return _decimal_values(field)
    if field.type == "float":
        return _float_values(low, high)
    first: int = int(low) if low is not None and low > 1 else 1
    if high is not None and high < first:
        first = int(high)
    second = first + 1
    if high is not None and high < second:
        second = first - 1 if low is None or low < first else first
    if field.type == "bigint":
        return str(first), str(second), ('"twelve"', "7.5")
    return first, second, ('"1"', "True", *_outside(low, high))


def _float_values(low: int | Decimal | None, high: int | Decimal | None) -> tuple[object, object, tuple[str, ...]]:
    first = 1.0
    if low is not None and low > 1:
        first = float(low)
    elif high is not None and high < 1:
        first = float(high)
    if high is None or high >= first + 1:
        second = first + 1
    elif low is None or low <= first - 1:
        second = first - 1
    else:
        second = (float(low) + first) / 2 if low < first else (first + float(high)) / 2
    return first, second, ('"1.5"', *_outside(low, high))


def _outside(low: int | Decimal | None, high: int | Decimal | None) -> Iterator[str]:
    for bound, step in ((low, -1), (high, 1)):
        if bound is not None and -(2**52) < bound < 2**52:
            yield str(int(bound) + step)


def _decimal_values(field: FieldSpec) -> tuple[object, object, tuple[str, ...]]:
    low, high = _decimal_bounds(field)
    unit = Decimal(1).scaleb(-decimal_digits(field)[1])
    first = min(max(Decimal(1).quantize(unit) if high >= 1 else unit, low), high)
    second = first + unit if first + unit <= high else max(first - unit, low)
    return str(first.quantize(unit)), str(second.quantize(unit)), ('"one"', "1.5")


def _decimal_bounds(field: FieldSpec) -> tuple[Decimal, Decimal]:
    precision, scale = decimal_digits(field)
    largest = Decimal(10) ** (precision - scale) - Decimal(1).scaleb(-scale)
    low = Decimal(field.minimum) if field.minimum is not None else -largest
    return low, Decimal(field.maximum) if field.maximum is not None else largest
