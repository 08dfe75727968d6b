"""Names are followed through a project without running it."""

from __future__ import annotations

import ast
from typing import Any

import pytest
from scaffolder_validators.contract.python.evaluate import annotation, evaluate
from scaffolder_validators.contract.python.json_schema import JsonSchemas, plain
from scaffolder_validators.contract.python.program import Program
from scaffolder_validators.contract.python.sql_types import sql_type
from scaffolder_validators.contract.python.values import UNKNOWN, Def, Ref

HEAD = """\
import datetime as dt
import decimal
import enum
import uuid
from typing import Annotated, Any, Literal
import sqlalchemy as sa
from pydantic import BaseModel, EmailStr, Field
from sqlalchemy.dialects import postgresql
from app import types
from app.types import LIMIT as HIGHEST

class Mood(enum.StrEnum):
    GOOD = "good"
    BAD = "bad"

class Inner(BaseModel):
    x: int
"""
TYPES = """\
from typing import Annotated
from pydantic import Field
LIMIT = 5 * 2
Short = Annotated[str, Field(max_length=LIMIT)]
"""


def program(source: str = "", **more: str) -> Program:
    """A project of two modules."""
    files = {
        "app/a.py": HEAD + source,
        "app/types.py": TYPES,
        **{f"app/{name}.py": text for name, text in more.items()},
    }
    return Program({path: text.encode() for path, text in files.items()})


def value_of(source: str) -> Any:
    """What an expression in the module `app.a` stands for."""
    project = program(f"value = {source}\n")
    module = project.module("app.a")
    assert module is not None
    return project.lookup(module, "value")


def schema_of(source: str) -> Any:
    """The JSON Schema of a type."""
    project = program()
    module = project.module("app.a")
    assert module is not None
    return JsonSchemas(project).of_type(annotation(project, module, ast.parse(source, mode="eval").body))


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("HIGHEST + 1", 11),
        ("types.LIMIT", 10),
        ("-2**3", -8),
        ('f"{HIGHEST}/{unknown}"', "10/{}"),
        ("Mood.GOOD", "good"),
        ("[Mood.GOOD, 1]", ["good", 1]),
        ('decimal.Decimal("1.50")', "1.50"),
        ("dt.timedelta(seconds=90_061)", "P1DT1H1M1S"),
        ("dt.timedelta(seconds=0)", "PT0S"),
        ("dt.timedelta(seconds=86_400)", "P1D"),
        ('dt.date.fromisoformat("2026-01-31")', "2026-01-31"),
        ('lambda: {"a": [None]}', {"a": [None]}),
        ("dict", {}),
        ('{"a": 1} | {"b": 2}', {"a": 1, "b": 2}),
    ],
)
def test_values(source: str, value: object) -> None:
    assert plain(value_of(source)) == value


@pytest.mark.parametrize("source", ["unknown", "value", "Mood.WORSE", "undefined.x", "1 / 0", "2 ** 10 ** 10"])
def test_what_cannot_be_told_is_unknown(source: str) -> None:
    assert value_of(source) is UNKNOWN


def test_foreign_names_keep_their_full_path() -> None:
    assert value_of("sa.orm.relationship") == Ref("sqlalchemy.orm.relationship")
    assert value_of("str") == Ref("builtins.str")


@pytest.mark.parametrize(
    ("source", "schema"),
    [
        ("str", {"type": "string"}),
        ("int | None", {"anyOf": [{"type": "integer"}, {"type": "null"}]}),
        ('"uuid.UUID"', {"type": "string", "format": "uuid"}),
        ("types.Short", {"type": "string", "maxLength": 10}),
        ("Annotated[types.Short, Field(min_length=2)]", {"type": "string", "maxLength": 10, "minLength": 2}),
        ("Annotated[list[EmailStr], Field(max_length=3)]",
         {"type": "array", "items": {"type": "string", "format": "email"}, "maxItems": 3}),
        ("Annotated[int, Field(strict=True, ge=1, le=5)]",
         {"type": "integer", "minimum": 1, "maximum": 5, "x-strict": True}),
        ('Literal["a", "b"]', {"type": "string", "enum": ["a", "b"]}),
        ('Literal["a"]', {"type": "string", "const": "a"}),
        ("dict[str, int]", {"type": "object", "additionalProperties": {"type": "integer"}}),
        ("dict[str, Any]", {"type": "object", "additionalProperties": True}),
        ("Mood", {"$ref": "#/components/schemas/Mood"}),
        ("Inner", {"$ref": "#/components/schemas/Inner"}),
        ("Any", {}),
        ("frozenset[str]", {"x-unknown": "builtins.frozenset"}),
    ],
)  # fmt: skip
def test_schemas_of_types(source: str, schema: object) -> None:
    assert schema_of(source) == schema


@pytest.mark.parametrize(
    ("source", "types"),
    [
        ("sa.String(12)", ("VARCHAR(12)", "VARCHAR(12)")),
        ("sa.String(length=12)", ("VARCHAR(12)", "VARCHAR(12)")),
        ("sa.DateTime(timezone=True)", ("TIMESTAMP WITH TIME ZONE", "DATETIME")),
        ("sa.DateTime()", ("TIMESTAMP WITHOUT TIME ZONE", "DATETIME")),
        ("sa.Uuid", ("UUID", "CHAR(32)")),
        ('sa.JSON().with_variant(postgresql.JSONB(), "postgresql")', ("JSONB", "JSON")),
        ('sa.Numeric(6, 2).with_variant(sa.String(8), "sqlite")', ("NUMERIC(6, 2)", "VARCHAR(8)")),
        ("unknown", ("?", "?")),
    ],
)
def test_column_types(source: str, types: tuple[str, str]) -> None:
    assert sql_type(program(), value_of(source)) == types


def test_a_model_says_names_defaults_and_what_is_required() -> None:
    source = """
class Base(BaseModel):
    model_config = {"extra": "forbid"}
    id: int

class Child(Base):
    mood: Mood = Mood.GOOD
    name_: str = Field(alias="name")
    note: str | None = None
    many: list[int] = Field(default_factory=list)
"""
    project = program(source)
    module = project.module("app.a")
    assert module is not None
    found = project.lookup(module, "Child")
    assert isinstance(found, Def)
    schema = JsonSchemas(project).of_class(found)
    assert schema.content["required"] == ["id", "name"]
    assert schema.content["properties"]["mood"] == {"$ref": "#/components/schemas/Mood", "default": "good"}
    assert schema.attrs["name"] == "name_"
    assert schema.lines["mood"] == HEAD.count("\n") + 7


def test_circles_end() -> None:
    project = program(
        "a = b\nb = a\nclass C(C): ...\n", left="from app.right import x\n", right="from app.left import x\n"
    )
    module, left = project.module("app.a"), project.module("app.left")
    assert module is not None
    assert left is not None
    assert project.lookup(module, "a") is UNKNOWN
    assert project.lookup(left, "x") is UNKNOWN
    assert JsonSchemas(project).of_class(project.lookup(module, "C")).content["properties"] == {}


@pytest.mark.parametrize(
    "source", [b"def f(:\n", b"x = 1\0\n", b"\xff\xfe", b"(" * 5_000, b"x = " + b"-" * 100_000 + b"1"]
)
def test_broken_files_are_unread(source: bytes) -> None:
    project = Program({"app/a.py": source})
    assert project.module("app.a") is None
    assert project.unread == {"app/a.py"}


def test_deep_expressions_are_given_up() -> None:
    assert value_of("+".join(["1"] * 400)) is UNKNOWN


def test_facts_are_read_again_when_something_they_depend_on_changes() -> None:
    calls = []

    def read(project: Program, path: str) -> Any:
        calls.append(path)
        module = project.module_at(path)
        return evaluate(project, module, ast.parse("HIGHEST", mode="eval").body) if module else None

    files = {"app/a.py": HEAD.encode(), "app/types.py": TYPES.encode(), "app/other.py": b"x = 1\n"}
    assert Program(files).facts(read, "app/a.py") == 10
    assert Program({**files, "app/other.py": b"x = 2\n"}).facts(read, "app/a.py") == 10
    assert len(calls) == 1
    assert Program({**files, "app/types.py": b"LIMIT = 7\n"}).facts(read, "app/a.py") == 7
    assert Program(files).facts(read, "app/a.py") == 10
    assert len(calls) == 2
