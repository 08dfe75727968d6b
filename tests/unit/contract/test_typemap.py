"""Types and examples of fields: they must agree with each other in every language that can be asked here."""

import base64
import contextlib
import datetime as dt
import decimal
import enum
import sqlite3
import uuid
from dataclasses import replace
from decimal import Decimal
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scaffolder.contract.examples import examples_for
from scaffolder.contract.literals import iso_duration, json_default, python_literal, typed_literal
from scaffolder.contract.typemap import column_checks, type_set
from scaffolder.spec.model import FieldSpec

FIELDS = {
    "string": FieldSpec(type="string", minimum=1, maximum=200),
    "one letter": FieldSpec(type="string", minimum=1, maximum=1),
    "code": FieldSpec(type="string", minimum=30, maximum=40),
    "text": FieldSpec(type="text"),
    "int": FieldSpec(type="int", minimum=1, maximum=5),
    "negative int": FieldSpec(type="int", minimum=-9, maximum=-3),
    "one int": FieldSpec(type="int", minimum=7, maximum=7),
    "bigint": FieldSpec(type="bigint"),
    "float": FieldSpec(type="float", minimum=0, maximum=1),
    "narrow float": FieldSpec(type="float", minimum=Decimal("0.2"), maximum=Decimal("0.8")),
    "float from": FieldSpec(type="float", minimum=Decimal("1.5")),
    "float to": FieldSpec(type="float", maximum=Decimal("-2.5")),
    "int to": FieldSpec(type="int", maximum=5),
    "decimal": FieldSpec(type="decimal", precision=12, scale=2),
    "decimal fraction": FieldSpec(type="decimal", precision=4, scale=4, minimum=Decimal(0), maximum=Decimal("0.5")),
    "whole decimal": FieldSpec(type="decimal", precision=9, scale=0),
    "bool": FieldSpec(type="bool"),
    "date": FieldSpec(type="date"),
    "time": FieldSpec(type="time"),
    "datetime": FieldSpec(type="datetime"),
    "duration": FieldSpec(type="duration"),
    "uuid": FieldSpec(type="uuid"),
    "enum": FieldSpec(type="enum", values=("in progress", "done")),
    "json": FieldSpec(type="json"),
    "bytes": FieldSpec(type="bytes"),
    "email": FieldSpec(type="email"),
    "url": FieldSpec(type="url"),
}
ARRAYS = {f"{name}[]": replace(field, array=True) for name, field in FIELDS.items()}
ALL = FIELDS | ARRAYS
# What JSON Schema alone cannot see: it has no duration, base64 or bigint bounds without optional packages.
LOOSE = {"duration", "bytes", "email", "url", "date", "time", "datetime", "uuid", "json", "bigint"}


def schema_of(field: FieldSpec) -> dict[str, Any]:
    schema = type_set(field, "Choice").openapi_write
    return schema | {"components": {"schemas": {"Choice": {"type": "string", "enum": list(field.values)}}}}


def accepts(field: FieldSpec, source: str) -> bool:
    return jsonschema.Draft202012Validator(schema_of(field)).is_valid(eval(source))


@pytest.mark.parametrize("name", ALL)
def test_examples_fit_the_schema(name: str) -> None:
    field = ALL[name]
    examples = examples_for(field, "Label", "Choice", ("IN_PROGRESS", "DONE"))
    assert accepts(field, examples.json)
    assert accepts(field, examples.other)


@pytest.mark.parametrize("name", [name for name, field in ALL.items() if field.type not in LOOSE])
def test_invalid_examples_do_not_fit(name: str) -> None:
    field = ALL[name]
    invalid = examples_for(field, "Label", "Choice", ("IN_PROGRESS", "DONE")).invalid
    assert invalid
    assert [source for source in invalid if accepts(field, source)] == []


@pytest.mark.parametrize("name", [name for name in FIELDS if "one " not in name])
def test_the_two_examples_differ(name: str) -> None:
    examples = examples_for(FIELDS[name], "Label", "Choice", ("IN_PROGRESS", "DONE"))
    assert examples.json != examples.other


class Choice(enum.StrEnum):
    """What the examples of an enum name."""

    IN_PROGRESS = "in progress"
    DONE = "done"


def numbered(number: int, text: str) -> str:
    """Do as the function of that name in the generated factories."""
    return text[: max(0, len(text) - len(str(number)))] + str(number)


@pytest.mark.parametrize(
    ("name", "count"),
    [
        (name, {"bool": 2, "enum": 2, "int": 5, "negative int": 7, "one int": 1, "one letter": 10}.get(name, 60))
        for name, field in FIELDS.items()
        if field.type not in {"json", "bytes"}
    ],
)
def test_numbered_examples_differ_as_long_as_they_can_and_fit(name: str, count: int) -> None:
    field = FIELDS[name]
    examples = examples_for(field, "Label", "Choice", ("IN_PROGRESS", "DONE"))
    source = examples.nth
    known = {"Choice": Choice, "_numbered": numbered, "dt": dt, "decimal": decimal, "uuid": uuid, "base64": base64}
    values = [eval(source.replace("{n}", f"({number})"), known) for number in range(1_500)]
    assert len(set(values[:count])) == count
    assert not examples.distinct or len(set(values)) == examples.distinct
    if field.type not in LOOSE:
        texts = [str(value) if field.type == "decimal" else value for value in values]
        assert [text for text in texts if not accepts(field, python_literal(text))] == []


def test_examples_of_an_enum_begin_with_its_default() -> None:
    field = FieldSpec(type="enum", values=("in progress", "done"), default="done", has_default=True)
    examples = examples_for(field, "Label", "Choice", ("IN_PROGRESS", "DONE"))
    assert (examples.python, examples.json, examples.other) == ("Choice.DONE", '"done"', '"in progress"')
    assert [eval(examples.nth.replace("{n}", str(n)), {"Choice": Choice}) for n in range(2)] == ["done", "in progress"]


@pytest.mark.parametrize("name", ALL)
def test_null_is_accepted_where_it_may_be(name: str) -> None:
    assert accepts(replace(ALL[name], nullable=True), "None")


@pytest.mark.parametrize(
    ("field", "sql"),
    [
        (FIELDS["string"], "length(x) BETWEEN 1 AND 200"),
        (FIELDS["int"], "x >= 1 AND x <= 5"),
        (FIELDS["decimal fraction"], "CAST(x AS NUMERIC) >= 0 AND CAST(x AS NUMERIC) <= 0.5"),
        (FieldSpec(type="enum", values=("it's", "a:b")), r"""x IN ('it''s', 'a\:b')"""),
    ],
    ids=["length", "range", "decimals are text in SQLite", "quotes and colons"],
)
def test_checks(field: FieldSpec, sql: str) -> None:
    assert [check for _, check in column_checks(field, "x")] == [sql]


def test_columns_named_like_words_of_sql_can_be_checked() -> None:
    words = """abort action add after all alter and as begin between by check commit create cross current_user default
    delete desc do drop else end escape except exists filter for from full group if in index insert into is key like
    limit match no not null of offset on or order over plan primary query raise range row select set table then to
    transaction trigger union unique update user using values view when where window with""".split()
    checks = [sql for word in words for _, sql in column_checks(FIELDS["int"], word)]
    columns = ", ".join(f'"{word}" INTEGER' for word in words)
    with contextlib.closing(sqlite3.connect(":memory:")) as database:
        database.execute(f"CREATE TABLE t ({columns}, {', '.join(f'CHECK ({sql})' for sql in checks)})")


# How fast inputs are made says more about the machine's load than about this test.
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_literals_are_python(value: object) -> None:
    assert eval(python_literal(value)) == value


@pytest.mark.parametrize(
    ("kind", "value", "source"),
    [
        ("decimal", "1.50", 'decimal.Decimal("1.50")'),
        ("duration", "PT15M", "dt.timedelta(seconds=900)"),
        ("duration", 90, "dt.timedelta(seconds=90)"),
        ("datetime", "2026-01-31T08:30:00+00:00", 'dt.datetime.fromisoformat("2026-01-31T08:30:00+00:00")'),
        ("float", 1, "1.0"),
        ("bool", True, "True"),
    ],
)
def test_typed_literals(kind: str, value: object, source: str) -> None:
    assert typed_literal(kind, value) == source


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "PT0S"), (900, "PT15M"), (604_800, "P7D"), (90_061, "P1DT1H1M1S"), (3_600, "PT1H")]
)
def test_durations_are_written_as_pydantic_writes_them(seconds: int, text: str) -> None:
    assert iso_duration(seconds) == text
    assert json_default("duration", seconds) == text


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("datetime", "2026-01-31T08:30:00+00:00", "2026-01-31T08:30:00Z"),
        ("datetime", "2026-01-31T08:30:00+02:00", "2026-01-31T08:30:00+02:00"),
        ("datetime", ["2026-01-31T08:30:00+00:00"], ["2026-01-31T08:30:00Z"]),
        ("json", {"at": "2026-01-31T08:30:00+00:00"}, {"at": "2026-01-31T08:30:00+00:00"}),
    ],
)
def test_defaults_are_written_as_pydantic_writes_them(kind: str, value: object, text: object) -> None:
    assert json_default(kind, value) == text
