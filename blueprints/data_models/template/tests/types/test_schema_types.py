"""What the API takes and writes for each type."""

import base64
import datetime as dt
import decimal
import json
from typing import Annotated, Any

import pydantic
import pytest

from app.schemas import types
from app.utilities.validation import JSON_DEPTH

Price = Annotated[decimal.Decimal, types.DecimalString(6, 2, low="0", high="1000")]
Whole = Annotated[decimal.Decimal, types.DecimalString(3, 0)]
Small = Annotated[types.BigInt, types.IntRange(0, 9)]
DEEP = json.loads("[" * JSON_DEPTH + "]" * JSON_DEPTH)


def adapter(annotation: Any) -> pydantic.TypeAdapter[Any]:
    return pydantic.TypeAdapter(annotation)


@pytest.mark.parametrize(
    ("annotation", "given", "value", "written"),
    [
        (types.BigInt, "9007199254740993", 9007199254740993, "9007199254740993"),
        (types.BigInt, -5, -5, "-5"),
        (Small, "9", 9, "9"),
        (Price, "12.5", decimal.Decimal("12.5"), "12.50"),
        (Price, decimal.Decimal("1E+2"), decimal.Decimal(100), "100.00"),
        (Whole, "-12", decimal.Decimal(-12), "-12"),
        (types.Date, "2026-01-31", dt.date(2026, 1, 31), "2026-01-31"),
        (types.Time, "08:30", dt.time(8, 30), "08:30:00"),
        (types.Time, "08:30:00+02:00", dt.time(8, 30), "08:30:00"),
        (
            types.DateTime,
            "2026-01-31T08:30:00+02:00",
            dt.datetime(2026, 1, 31, 6, 30, tzinfo=dt.UTC),
            "2026-01-31T06:30:00Z",
        ),
        (types.Duration, "PT90M", dt.timedelta(minutes=90), "PT1H30M"),
        (types.Duration, "PT1H30S", dt.timedelta(hours=1, seconds=30), "PT1H0M30S"),
        (types.Duration, "P2W", dt.timedelta(days=14), "P14D"),
        (types.Duration, "P1DT0.5S", dt.timedelta(days=1, milliseconds=500), "P1DT0.5S"),
        (types.Duration, "PT0S", dt.timedelta(), "PT0S"),
        (types.Base64, "aGk=", b"hi", "aGk="),
        (types.Url, "https://example.com/a?b=c", "https://example.com/a?b=c", "https://example.com/a?b=c"),
        (types.Json, {"a": [1, None, {"b": "c"}]}, {"a": [1, None, {"b": "c"}]}, {"a": [1, None, {"b": "c"}]}),
    ],
)
def test_takes_and_writes(annotation: Any, given: Any, value: Any, written: Any) -> None:
    found = adapter(annotation).validate_python(given)
    assert found == value
    assert adapter(annotation).dump_python(found, mode="json") == written
    assert adapter(annotation).validate_python(written) == value


@pytest.mark.parametrize(
    ("annotation", "given"),
    [
        (types.BigInt, True),
        (types.BigInt, "1.0"),
        (types.BigInt, str(2**63)),
        (Small, "10"),
        (Price, "-0.01"),
        (Price, "1000.01"),
        (Price, "1.001"),
        (Price, 1.5),
        (Price, "NaN"),
        (Price, "\u0661"),  # a digit, but not an ASCII one
        (types.Date, 20260131),
        (types.Date, "1769817600"),
        (types.Time, 830),
        (types.DateTime, "2026-01-31T08:30:00"),
        (types.DateTime, "0001-01-01T00:00:00+14:00"),
        (types.DateTime, "9999-12-31T23:59:59-14:00"),
        (types.Duration, 900),
        (types.Duration, "-PT1H"),
        (types.Duration, "P200Y"),
        (types.Base64, "aGk"),
        (types.Base64, "not base64!"),
        (types.Base64, base64.b64encode(b"x" * 1_000_003).decode()),
        (types.Base64, 7),
        (types.Email, "nobody"),
        (types.Url, "javascript:alert(1)"),
        (types.Url, "https://example.com/" + "ä" * 2_000),
        (types.Json, {"a": ["\x00"]}),
        (types.Json, {"\x00": 1}),
        (types.Json, "\ud800"),
        (types.Json, [float("inf")]),
        (types.Json, [DEEP]),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_refuses(annotation: Any, given: Any) -> None:
    with pytest.raises(pydantic.ValidationError):
        adapter(annotation).validate_python(given)
