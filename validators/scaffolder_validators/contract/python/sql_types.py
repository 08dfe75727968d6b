"""SQLAlchemy's column types as the types of PostgreSQL and SQLite."""

from __future__ import annotations

from typing import Any, Final

from scaffolder_validators.contract.python.evaluate import class_attribute, inherits
from scaffolder_validators.contract.python.program import Program
from scaffolder_validators.contract.python.values import Bound, Call, Def, Ref, Sub

SqlType = tuple[str, str]
"""PostgreSQL's name of a type, and SQLite's."""

UNTYPED: Final[SqlType] = ("?", "?")
_SA: Final = "sqlalchemy."
_PLAIN: Final[dict[str, SqlType]] = {
    "Text": ("TEXT", "TEXT"),
    "Integer": ("INTEGER", "INTEGER"),
    "BigInteger": ("BIGINT", "BIGINT"),
    "SmallInteger": ("SMALLINT", "SMALLINT"),
    "Float": ("FLOAT", "FLOAT"),
    "Double": ("DOUBLE PRECISION", "DOUBLE"),
    "Boolean": ("BOOLEAN", "BOOLEAN"),
    "Date": ("DATE", "DATE"),
    "Time": ("TIME", "TIME"),
    "Uuid": ("UUID", "CHAR(32)"),
    "JSON": ("JSON", "JSON"),
    "LargeBinary": ("BYTEA", "BLOB"),
    "dialects.postgresql.JSONB": ("JSONB", "JSONB"),
}
_OF_PYTHON: Final = {
    "builtins.str": ("VARCHAR", "VARCHAR"),
    "builtins.int": _PLAIN["Integer"],
    "builtins.float": _PLAIN["Float"],
    "builtins.bool": _PLAIN["Boolean"],
    "uuid.UUID": _PLAIN["Uuid"],
    "datetime.date": _PLAIN["Date"],
}
_VALUES: Final = {
    "builtins.str": "string",
    "builtins.int": "integer",
    "builtins.float": "number",
    "builtins.bool": "boolean",
    "builtins.bytes": "bytes",
    "typing.Any": "any",
    "uuid.UUID": "uuid",
    "decimal.Decimal": "decimal",
    "datetime.datetime": "datetime",
    "datetime.date": "date",
    "datetime.time": "time",
    "datetime.timedelta": "duration",
}


def is_type(value: Any) -> bool:
    """Tell whether an argument of `Column` or `mapped_column` is its type."""
    func = value.func if isinstance(value, Call) else value
    if isinstance(func, Def):
        return True
    return isinstance(func, Ref) and func.name.startswith(_SA) and not func.name.endswith(("ForeignKey", "Identity"))


def sql_type(program: Program, value: Any) -> SqlType:
    """Give the column type that an expression makes."""
    call = value if isinstance(value, Call) else Call(value, (), {}, 0)
    match call.func:
        case Ref(name) if name.startswith(_SA):
            return _standard(name.removeprefix(_SA), call)
        case Def():
            return _decorated(program, call.func, call)
        case Bound(owner, "with_variant"):
            return _variant(program, owner, call)
    return UNTYPED


def of_python(name: str) -> SqlType:
    """Give the type that SQLAlchemy takes for a Python type when none is named."""
    return _OF_PYTHON.get(name, UNTYPED)


def value_name(typed: Any) -> str:
    """Give the word for a Python type that all languages share; an enum's is its name, a list's ends in `[]`."""
    match typed:
        case Ref(name):
            return _VALUES.get(name, name)
        case Def(name=name):
            return name
        case Sub(Ref("builtins.list"), (inner,)):
            return f"{value_name(inner)}[]"
    return "?"


def _standard(name: str, call: Call) -> SqlType:
    name = name.removeprefix("types.")
    arguments = [*call.args, *(call.keywords[key] for key in ("length", "precision", "scale") if key in call.keywords)]
    if name in {"String", "Unicode"}:
        text = f"VARCHAR({arguments[0]})" if arguments else "VARCHAR"
        return text, text
    if name == "Numeric":
        text = f"NUMERIC({', '.join(map(str, arguments))})"
        return text, text
    if name == "DateTime":
        zone = call.keywords.get("timezone", call.args[0] if call.args else False)
        return ("TIMESTAMP WITH TIME ZONE" if zone is True else "TIMESTAMP WITHOUT TIME ZONE"), "DATETIME"
    if name == "Time" and True in {call.keywords.get("timezone"), *call.args[:1]}:
        return "TIME WITH TIME ZONE", "TIME"
    return _PLAIN.get(name, (f"?{name}", f"?{name}"))


def _variant(program: Program, owner: Call, call: Call) -> SqlType:
    """Follow `owner.with_variant(other, "dialect")`."""
    postgresql, sqlite = sql_type(program, owner)
    changed = sql_type(program, call.args[0] if call.args else None)
    return (
        changed[0] if "postgresql" in call.args else postgresql,
        changed[1] if "sqlite" in call.args else sqlite,
    )


def _decorated(program: Program, owner: Def, call: Call) -> SqlType:
    """Give the type of one of the project's decorators: by its name, or by the type that it decorates."""
    implementation, _ = class_attribute(program, owner, "impl")
    under = implementation.func if isinstance(implementation, Call) else implementation
    kind = under.name if isinstance(under, Ref) else "?"
    match owner.name, kind, call.args:
        case "TextEnum", "sqlalchemy.String", (_, int(length)):
            return f"VARCHAR({length})", f"VARCHAR({length})"
        case "ExactDecimal", "sqlalchemy.Numeric", (int(precision), int(scale)):
            return f"NUMERIC({precision}, {scale})", f"VARCHAR({precision + 2})"
        case "Json" | "JsonArray", "sqlalchemy.JSON", _:
            return "JSONB", "JSON"
    if inherits(program, owner, "sqlalchemy.TypeDecorator"):
        return sql_type(program, implementation)
    return UNTYPED
