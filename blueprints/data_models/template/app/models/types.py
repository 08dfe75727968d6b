"""Column types that give the same values back on SQLite and on PostgreSQL."""

import datetime as dt
import decimal
import enum
import functools
from typing import Any, TypeVar

import pydantic
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

EnumT = TypeVar("EnumT", bound=enum.StrEnum)

_MICROSECOND = dt.timedelta(microseconds=1)


class UtcDateTime(sa.TypeDecorator[dt.datetime]):
    """An aware datetime, stored and returned in UTC; SQLite by itself would forget the time zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: sa.Dialect) -> dt.datetime | None:
        """Convert to UTC. Raise ValueError for a datetime without a time zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone.")
        return value.astimezone(dt.UTC)

    def process_result_value(self, value: dt.datetime | None, dialect: sa.Dialect) -> dt.datetime | None:
        """Return the stored moment as an aware datetime in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class ExactDecimal(sa.TypeDecorator[decimal.Decimal]):
    """A decimal with `precision` digits, `scale` of them after the point; text on SQLite, whose numbers are floats."""

    impl = sa.Numeric
    cache_ok = True

    def __init__(self, precision: int, scale: int) -> None:
        super().__init__(precision, scale)
        self.precision = precision
        self.scale = scale
        self.quantum = decimal.Decimal(1).scaleb(-scale)

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        """Choose the column type of the database."""
        column = sa.String(self.precision + 2) if dialect.name == "sqlite" else sa.Numeric(self.precision, self.scale)
        return dialect.type_descriptor(column)

    def process_bind_param(self, value: decimal.Decimal | None, dialect: sa.Dialect) -> decimal.Decimal | str | None:
        """Round half up to the scale, as PostgreSQL does."""
        if value is None:
            return None
        rounded = value.quantize(self.quantum, rounding=decimal.ROUND_HALF_UP)
        return str(rounded) if dialect.name == "sqlite" else rounded

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> decimal.Decimal | None:
        """Return the stored digits, always with `scale` of them after the point."""
        return None if value is None else decimal.Decimal(value).quantize(self.quantum)


class Duration(sa.TypeDecorator[dt.timedelta]):
    """A span of time, stored as a whole number of microseconds."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: dt.timedelta | None, dialect: sa.Dialect) -> int | None:
        """Return microseconds."""
        return None if value is None else value // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: sa.Dialect) -> dt.timedelta | None:
        """Return the stored microseconds as a timedelta."""
        return None if value is None else dt.timedelta(microseconds=value)


class TextEnum(sa.TypeDecorator[EnumT]):
    """A string enum, stored by value; a CHECK on the column holds the allowed values, so that they migrate easily."""

    impl = sa.String
    cache_ok = True

    def __init__(self, enum_class: type[EnumT], length: int) -> None:
        super().__init__(length)
        self.enum_class = enum_class

    def process_bind_param(self, value: EnumT | None, dialect: sa.Dialect) -> str | None:
        """Return the stored string. Raise ValueError for one that is no value of the enum."""
        return None if value is None else self.enum_class(value).value

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> EnumT | None:
        """Return the member of a stored string."""
        return None if value is None else self.enum_class(value)


class Json(sa.TypeDecorator[Any]):
    """Any JSON value; None is SQL NULL. JSONB on PostgreSQL."""

    impl = sa.JSON(none_as_null=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        """Choose the column type of the database."""
        column = postgresql.JSONB(none_as_null=True) if dialect.name == "postgresql" else sa.JSON(none_as_null=True)
        return dialect.type_descriptor(column)


class JsonArray(Json):
    """A list whose items have one Python type (`uuid.UUID`, an enum, ...), stored as a JSON array."""

    cache_ok = True

    def __init__(self, item: Any) -> None:
        super().__init__()
        self.item = item

    def process_bind_param(self, value: list[Any] | None, dialect: sa.Dialect) -> list[Any] | None:
        """Return the items as JSON values."""
        return None if value is None else _array(self.item).dump_python(value, mode="json")

    def process_result_value(self, value: list[Any] | None, dialect: sa.Dialect) -> list[Any] | None:
        """Return the stored items in their Python type."""
        return None if value is None else _array(self.item).validate_python(value)


@functools.cache
def _array(item: Any) -> pydantic.TypeAdapter[list[Any]]:
    return pydantic.TypeAdapter(list[item])
