"""A field's type in every language of the generated code.

Facts that shaped the table: pydantic takes `false` and `"1"` for an int unless the field is strict; SQLite has no
exact decimals and forgets time zones, so the models use decorators and the checks cast; JSON numbers lose precision
over 2**53, so decimals and bigints travel as strings; PostgreSQL refuses NUL in text, so the API does too.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from scaffolder.contract.entity_model import Json, TypeSet
from scaffolder.naming import column_name, sql_column
from scaffolder.spec.model import FieldSpec

INT_RANGE = (-(2**31), 2**31 - 1)
BIGINT_RANGE = (-(2**63), 2**63 - 1)
STRING_LENGTH = 255
TEXT_LENGTH = 100_000
BYTES_LENGTH = 1_000_000
ARRAY_LENGTH = 100
NO_NUL = r"^[^\x00]*$"
EMAIL_LENGTH = 254
URL_LENGTH = 2_083

_JSONB = 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
_STRING: Json = {"type": "string"}


def length_bounds(field: FieldSpec) -> tuple[int, int]:
    """Return the least and the greatest length of a string, text or bytes field, in characters or bytes."""
    longest = {"string": STRING_LENGTH, "bytes": BYTES_LENGTH}.get(field.type, TEXT_LENGTH)
    return int(field.minimum or 0), int(longest if field.maximum is None else field.maximum)


def number_bounds(field: FieldSpec) -> tuple[int | Decimal | None, int | Decimal | None]:
    """Return the least and the greatest value of a number field; None where the type has no bound."""
    low, high = {"int": INT_RANGE, "bigint": BIGINT_RANGE}.get(field.type, (None, None))
    return (low if field.minimum is None else field.minimum, high if field.maximum is None else field.maximum)


def decimal_digits(field: FieldSpec) -> tuple[int, int]:
    """Return precision and scale of a decimal field."""
    return field.precision or 18, 2 if field.scale is None else field.scale


def type_set(field: FieldSpec, enum_class: str = "") -> TypeSet:
    """Return the types of a scalar field (not of a reference), with array and nullable applied."""
    types = _BUILDERS[field.type](field, enum_class)
    if field.array:
        types = _array(types)
    return _nullable(types) if field.nullable else types


def _string(field: FieldSpec, _enum: str) -> TypeSet:
    low, high = length_bounds(field)
    minimum = f"min_length={low}, " if low else ""
    write: Json = {"type": "string", "maxLength": high, "pattern": NO_NUL}
    if low:
        write["minLength"] = low
    column = "sa.Text()" if field.type == "text" else f"sa.String({high})"
    sql = "TEXT" if field.type == "text" else f"VARCHAR({high})"
    return TypeSet(
        python="str",
        write=f"Annotated[str, Field({minimum}max_length={high}, pattern=types.NO_NUL)]",
        read="str",
        sqlalchemy=column,
        migration=column,
        sqlite=sql,
        postgresql=sql,
        typescript="string",
        zod="z.string()" + (f".min({low})" if low else "") + f".max({high})",
        openapi_write=write,
        openapi_read=_STRING,
    )


def _int(field: FieldSpec, _enum: str) -> TypeSet:
    low, high = number_bounds(field)
    return TypeSet(
        python="int",
        write=f"Annotated[int, Field(strict=True, ge={low}, le={high})]",
        read="int",
        sqlalchemy="sa.Integer()",
        migration="sa.Integer()",
        sqlite="INTEGER",
        postgresql="INTEGER",
        typescript="number",
        zod=f"z.number().int().min({low}).max({high})",
        openapi_write={"type": "integer", "minimum": low, "maximum": high},
        openapi_read={"type": "integer"},
    )


def _bigint(field: FieldSpec, _enum: str) -> TypeSet:
    low, high = number_bounds(field)
    schema: Json = {"type": "string", "pattern": r"^-?[0-9]{1,19}$"}
    return TypeSet(
        python="int",
        write=f"Annotated[types.BigInt, types.IntRange({low}, {high})]",
        read="types.BigInt",
        sqlalchemy="sa.BigInteger()",
        migration="sa.BigInteger()",
        sqlite="BIGINT",
        postgresql="BIGINT",
        typescript="string",
        zod=r"z.string().regex(/^-?[0-9]{1,19}$/)",
        openapi_write=schema,
        openapi_read=schema,
    )


def _float(field: FieldSpec, _enum: str) -> TypeSet:
    low, high = number_bounds(field)
    bounds = "".join(f", {key}={value}" for key, value in (("ge", low), ("le", high)) if value is not None)
    write: Json = {"type": "number"}
    write |= {key: _number(value) for key, value in (("minimum", low), ("maximum", high)) if value is not None}
    zod = "z.number()" + (f".min({low})" if low is not None else "") + (f".max({high})" if high is not None else "")
    return TypeSet(
        python="float",
        write=f"Annotated[float, Field(strict=True, allow_inf_nan=False{bounds})]",
        read="float",
        sqlalchemy="sa.Double()",
        migration="sa.Double()",
        sqlite="DOUBLE",
        postgresql="DOUBLE PRECISION",
        typescript="number",
        zod=zod,
        openapi_write=write,
        openapi_read={"type": "number"},
    )


def _decimal(field: FieldSpec, _enum: str) -> TypeSet:
    precision, scale = decimal_digits(field)
    low, high = number_bounds(field)
    whole = max(precision - scale, 1)
    pattern = rf"^-?[0-9]{{1,{whole}}}(\.[0-9]{{1,{scale}}})?$" if scale else rf"^-?[0-9]{{1,{whole}}}$"
    bounds = "".join(f', {key}="{value}"' for key, value in (("low", low), ("high", high)) if value is not None)
    schema: Json = {"type": "string", "pattern": pattern}
    return TypeSet(
        python="decimal.Decimal",
        write=f"Annotated[decimal.Decimal, types.DecimalString({precision}, {scale}{bounds})]",
        read=f"Annotated[decimal.Decimal, types.DecimalString({precision}, {scale})]",
        sqlalchemy=f"types.ExactDecimal({precision}, {scale})",
        migration=f'sa.Numeric({precision}, {scale}).with_variant(sa.String({precision + 2}), "sqlite")',
        sqlite=f"VARCHAR({precision + 2})",
        postgresql=f"NUMERIC({precision}, {scale})",
        typescript="string",
        zod=f"z.string().regex(/{pattern}/)",
        openapi_write=schema,
        openapi_read=schema,
    )


def _enum(field: FieldSpec, enum_class: str) -> TypeSet:
    longest = max(len(value) for value in field.values)
    literals = [json.dumps(value, ensure_ascii=False) for value in field.values]
    schema: Json = {"$ref": f"#/components/schemas/{enum_class}"}
    return TypeSet(
        python=enum_class,
        write=enum_class,
        read=enum_class,
        sqlalchemy=f"types.TextEnum({enum_class}, {longest})",
        migration=f"sa.String({longest})",
        sqlite=f"VARCHAR({longest})",
        postgresql=f"VARCHAR({longest})",
        typescript=" | ".join(literals),
        zod=f"z.enum([{', '.join(literals)}])",
        openapi_write=schema,
        openapi_read=schema,
    )


def _simple(
    python: str,
    write: str,
    column: tuple[str, str],
    sql: tuple[str, str],
    script: tuple[str, str],
    schema: Json,
    read: str = "",
) -> Callable[[FieldSpec, str], TypeSet]:
    """Return a builder for a type that has no options; pairs: (model, migration), (SQLite, PostgreSQL), (TS, zod)."""
    types = TypeSet(
        python=python,
        write=write,
        read=read or write,
        sqlalchemy=column[0],
        migration=column[1],
        sqlite=sql[0],
        postgresql=sql[1],
        typescript=script[0],
        zod=script[1],
        openapi_write=schema,
        openapi_read=schema,
    )

    def build(_field: FieldSpec, _enum_class: str) -> TypeSet:
        return types

    return build


def _limited(length: int) -> tuple[str, str]:
    return f"sa.String({length})", f"sa.String({length})"


_BUILDERS: dict[str, Callable[[FieldSpec, str], TypeSet]] = {
    "string": _string,
    "text": _string,
    "int": _int,
    "bigint": _bigint,
    "float": _float,
    "decimal": _decimal,
    "enum": _enum,
    "bool": _simple(
        "bool",
        "Annotated[bool, Field(strict=True)]",
        ("sa.Boolean()", "sa.Boolean()"),
        ("BOOLEAN", "BOOLEAN"),
        ("boolean", "z.boolean()"),
        {"type": "boolean"},
        read="bool",
    ),
    "date": _simple(
        "dt.date",
        "types.Date",
        ("sa.Date()", "sa.Date()"),
        ("DATE", "DATE"),
        ("string", "z.iso.date()"),
        _STRING | {"format": "date"},
    ),
    "time": _simple(
        "dt.time",
        "types.Time",
        ("sa.Time()", "sa.Time()"),
        ("TIME", "TIME"),
        ("string", "z.iso.time()"),
        _STRING | {"format": "time"},
    ),
    "datetime": _simple(
        "dt.datetime",
        "types.DateTime",
        ("types.UtcDateTime()", "sa.DateTime(timezone=True)"),
        ("DATETIME", "TIMESTAMP WITH TIME ZONE"),
        ("string", "z.iso.datetime({ offset: true })"),
        _STRING | {"format": "date-time"},
    ),
    "duration": _simple(
        "dt.timedelta",
        "types.Duration",
        ("types.Duration()", "sa.BigInteger()"),
        ("BIGINT", "BIGINT"),
        ("string", "z.iso.duration()"),
        _STRING | {"format": "duration"},
    ),
    "uuid": _simple(
        "uuid.UUID",
        "types.Uuid",
        ("sa.Uuid()", "sa.Uuid()"),
        ("CHAR(32)", "UUID"),
        ("string", "z.uuid()"),
        _STRING | {"format": "uuid"},
    ),
    "json": _simple("Any", "types.Json", ("types.Json()", _JSONB), ("JSON", "JSONB"), ("unknown", "z.json()"), {}),
    "bytes": _simple(
        "bytes",
        "types.Base64",
        ("sa.LargeBinary()", "sa.LargeBinary()"),
        ("BLOB", "BYTEA"),
        ("string", "z.base64()"),
        _STRING | {"contentEncoding": "base64", "maxLength": 4 * ((BYTES_LENGTH + 2) // 3)},
    ),
    "email": _simple(
        "str",
        "types.Email",
        _limited(EMAIL_LENGTH),
        (f"VARCHAR({EMAIL_LENGTH})", f"VARCHAR({EMAIL_LENGTH})"),
        ("string", f"z.email().max({EMAIL_LENGTH})"),
        _STRING | {"format": "email", "maxLength": EMAIL_LENGTH},
    ),
    "url": _simple(
        "str",
        "types.Url",
        _limited(URL_LENGTH),
        (f"VARCHAR({URL_LENGTH})", f"VARCHAR({URL_LENGTH})"),
        ("string", f"z.url().max({URL_LENGTH})"),
        _STRING | {"format": "uri", "maxLength": URL_LENGTH},
    ),
}


def _array(types: TypeSet) -> TypeSet:
    return replace(
        types,
        python=f"list[{types.python}]",
        write=f"Annotated[list[{types.write}], Field(max_length={ARRAY_LENGTH})]",
        read=f"list[{types.read}]",
        sqlalchemy=f"types.JsonArray({types.python})",
        migration=_JSONB,
        sqlite="JSON",
        postgresql="JSONB",
        typescript=f"({types.typescript})[]",
        zod=f"z.array({types.zod}).max({ARRAY_LENGTH})",
        openapi_write={"type": "array", "items": types.openapi_write, "maxItems": ARRAY_LENGTH},
        openapi_read={"type": "array", "items": types.openapi_read},
    )


def _nullable(types: TypeSet) -> TypeSet:
    # `{}` takes null already, but pydantic says `anyOf: [{}, null]` for `Any | None` as well.
    return replace(
        types,
        python=f"{types.python} | None",
        write=f"{types.write} | None",
        read=f"{types.read} | None",
        typescript=f"{types.typescript} | null",
        zod=f"{types.zod}.nullable()",
        openapi_write={"anyOf": [types.openapi_write, {"type": "null"}]},
        openapi_read={"anyOf": [types.openapi_read, {"type": "null"}]},
    )


def column_checks(field: FieldSpec, name: str) -> list[tuple[str, str]]:
    """Return `(suffix, SQL)` of the CHECKs that hold the field's bounds in the database.

    The SQL is portable between SQLite and PostgreSQL; colons are escaped because SQLAlchemy's `text` binds them.
    """
    if field.array:
        return []
    column = sql_column(column_name(name))
    if field.type in {"string", "text"} and not (field.minimum is None and field.maximum is None):
        low, high = length_bounds(field)
        return [("length", f"length({column}) BETWEEN {low} AND {high}")]
    if field.type == "enum":
        literals = ", ".join("'" + value.replace("'", "''").replace(":", r"\:") + "'" for value in field.values)
        return [("allowed", f"{column} IN ({literals})")]
    if field.type in {"int", "bigint", "float", "decimal"}:
        return _range_check(field, column)
    return []


def _range_check(field: FieldSpec, column: str) -> list[tuple[str, str]]:
    operand = f"CAST({column} AS NUMERIC)" if field.type == "decimal" else column
    signs = ((">=", field.minimum), ("<=", field.maximum))
    bounds = [f"{operand} {sign} {value}" for sign, value in signs if value is not None]
    return [("range", " AND ".join(bounds))] if bounds else []


def _number(value: Any) -> int | float:
    return int(value) if value == int(value) else float(value)
