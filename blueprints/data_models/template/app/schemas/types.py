"""Types of request and response bodies: strict where JSON is ambiguous, bounded where a database is.

Decimals and 64-bit integers travel as strings, because JSON numbers lose digits in many clients.
"""

import base64
import binascii
import dataclasses
import datetime as dt
import decimal
import re
import uuid
from typing import Annotated, Any

import pydantic
from pydantic import json_schema
from pydantic_core import core_schema

from app.utilities.validation import check_storable

NO_NUL = r"^[^\x00]*$"
"""PostgreSQL cannot store U+0000 in text."""

EMAIL_LENGTH = 254
URL_LENGTH = 2083
BASE64_LENGTH = 1_333_336
"""One megabyte in base64."""

_BIG_INT = re.compile(r"-?[0-9]{1,19}\Z")
_BIG_INT_LIMIT = 2**63
_CALENDAR = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CLOCK = re.compile(r"[0-9]{2}:[0-9]{2}")
_SPAN = re.compile(r"P")
_LONGEST = dt.timedelta(days=36_500)


def _text_like(pattern: re.Pattern[str], what: str) -> pydantic.BeforeValidator:
    """Refuse numbers, and digits in a string, which pydantic would read as a Unix timestamp or as seconds."""

    def check(value: Any) -> Any:
        if isinstance(value, (int, float)) or (isinstance(value, str) and not pattern.match(value)):
            raise ValueError(f"must be {what} in ISO 8601")
        return value

    return pydantic.BeforeValidator(check)


def _to_utc(value: dt.datetime) -> dt.datetime:
    # A day of room on both sides, so that no database or client overflows when it converts to its own zone.
    if not dt.datetime(1, 1, 2) <= value.replace(tzinfo=None) <= dt.datetime(9999, 12, 30):  # noqa: DTZ001
        raise ValueError("must be between the years 1 and 9999")
    return value.astimezone(dt.UTC)


def _without_zone(value: dt.time) -> dt.time:
    return value.replace(tzinfo=None)


def _bounded(value: dt.timedelta) -> dt.timedelta:
    if not dt.timedelta() <= value <= _LONGEST:
        raise ValueError(f"must be between 0 and {_LONGEST.days} days")
    return value


def _iso_duration(value: dt.timedelta) -> str:
    """Write a duration as RFC 3339 (appendix A) allows it: no years, and no gap between hours and seconds."""
    minutes, seconds = divmod(value.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    fraction = f".{value.microseconds:06d}".rstrip("0") if value.microseconds else ""
    last = f"{seconds}{fraction}S" if seconds or fraction else ""
    middle = f"{minutes}M" if minutes or (hours and last) else ""
    date = f"{value.days}D" if value.days else ""
    time = (f"{hours}H" if hours else "") + middle + last
    return f"P{date}T{time}" if time else f"P{date or 'T0S'}"


def _big_int(value: Any) -> int:
    if isinstance(value, str) and _BIG_INT.match(value):
        value = int(value)
    elif isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("must be an integer in a string, such as '9007199254740993'")
    if not -_BIG_INT_LIMIT <= value < _BIG_INT_LIMIT:
        raise ValueError("must fit into 64 bits")
    return int(value)


def _from_base64(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    if not isinstance(value, str) or len(value) > BASE64_LENGTH:
        raise ValueError(f"must be a base64 string of at most {BASE64_LENGTH} characters")
    try:
        return base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise ValueError("must be base64 (RFC 4648, with padding)") from error


def _to_base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _url(value: str) -> str:
    url = str(_HTTP_URL.validate_python(value))
    if len(url) > URL_LENGTH:
        raise ValueError(f"must have at most {URL_LENGTH} characters")
    return url


# Other schemes are refused: a link with `javascript:` runs in the browser of whoever follows it.
_HTTP_URL = pydantic.TypeAdapter(pydantic.AnyHttpUrl)

BigInt = Annotated[
    int,
    pydantic.PlainValidator(_big_int, json_schema_input_type=str),
    pydantic.PlainSerializer(str),
    pydantic.WithJsonSchema({"type": "string", "pattern": r"^-?[0-9]{1,19}$"}),
]
Date = Annotated[dt.date, _text_like(_CALENDAR, "a date")]
Time = Annotated[dt.time, _text_like(_CLOCK, "a time"), pydantic.AfterValidator(_without_zone)]
DateTime = Annotated[pydantic.AwareDatetime, _text_like(_CALENDAR, "a date and time"), pydantic.AfterValidator(_to_utc)]
Duration = Annotated[
    dt.timedelta,
    _text_like(_SPAN, "a duration"),
    pydantic.AfterValidator(_bounded),
    pydantic.PlainSerializer(_iso_duration),
    pydantic.WithJsonSchema({"type": "string", "format": "duration"}),
]
Uuid = uuid.UUID
Ids = Annotated[list[uuid.UUID], pydantic.Field(max_length=100)]
Json = Annotated[Any, pydantic.AfterValidator(check_storable)]
JsonObject = Annotated[dict[str, Any], pydantic.AfterValidator(check_storable)]
Base64 = Annotated[
    bytes,
    pydantic.PlainValidator(_from_base64, json_schema_input_type=str),
    pydantic.PlainSerializer(_to_base64),
    pydantic.WithJsonSchema({"type": "string", "contentEncoding": "base64", "maxLength": BASE64_LENGTH}),
]
Email = Annotated[pydantic.EmailStr, pydantic.Field(max_length=EMAIL_LENGTH)]
Url = Annotated[
    str,
    pydantic.Field(max_length=URL_LENGTH),
    pydantic.AfterValidator(_url),
    pydantic.WithJsonSchema({"type": "string", "format": "uri", "maxLength": URL_LENGTH}),
]


@dataclasses.dataclass(frozen=True, slots=True)
class IntRange:
    """Bounds of a `BigInt`, both inclusive."""

    low: int
    high: int

    def __get_pydantic_core_schema__(
        self, source: Any, handler: pydantic.GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def _check(self, value: int) -> int:
        if not self.low <= value <= self.high:
            raise ValueError(f"must be between {self.low} and {self.high}")
        return value


@dataclasses.dataclass(frozen=True, slots=True)
class DecimalString:
    """A decimal of `precision` digits, `scale` of them after the point, written as a string in JSON.

    `low` and `high` are inclusive bounds, as strings so that they are exact; empty means unbounded.
    """

    precision: int
    scale: int
    low: str = ""
    high: str = ""

    @property
    def pattern(self) -> str:
        """Regular expression of the string form."""
        whole = rf"^-?[0-9]{{1,{max(self.precision - self.scale, 1)}}}"
        return whole + (rf"(\.[0-9]{{1,{self.scale}}})?$" if self.scale else "$")

    def __get_pydantic_core_schema__(
        self, source: Any, handler: pydantic.GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self._check, serialization=core_schema.plain_serializer_function_ser_schema(self._text)
        )

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: pydantic.GetJsonSchemaHandler
    ) -> json_schema.JsonSchemaValue:
        return {"type": "string", "pattern": self.pattern}

    def _text(self, value: decimal.Decimal) -> str:
        return f"{value:.{self.scale}f}"

    def _check(self, value: Any) -> decimal.Decimal:
        text = f"{value:f}" if isinstance(value, decimal.Decimal) else value
        if not isinstance(text, str) or not re.fullmatch(self.pattern, text, re.ASCII):
            raise ValueError(
                f"must be a string with a decimal of {self.precision} digits, {self.scale} after the point"
            )
        number = decimal.Decimal(text)
        if self.low and number < decimal.Decimal(self.low):
            raise ValueError(f"must be at least {self.low}")
        if self.high and number > decimal.Decimal(self.high):
            raise ValueError(f"must be at most {self.high}")
        return number
