"""The one-line form of fields: read, and written back."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scaffolder.spec.fields import FieldReader
from scaffolder.spec.grammar import LENGTH_TYPES, NUMBER_TYPES, TYPES, FieldSyntaxError, format_field, parse_compact
from scaffolder.spec.model import FieldSpec
from scaffolder.spec.problems import Problems
from scaffolder.spec.reader import Reader
from scaffolder.spec.schema import field_pattern
from scaffolder.spec.tree import ScalarNode
from tests.support.values import set_fields

PATTERN = re.compile(field_pattern())


def read(text: str) -> FieldSpec:
    problems = Problems("spec.yml")
    field = FieldReader(Reader(problems), {"User"}, stored=True).read("it", ScalarNode(1, 1, text, plain=True))
    assert [str(item) for item in problems.sorted()] == []
    return field


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("string(1..200)", {"type": "string", "minimum": 1, "maximum": 200}),
        ("string(..40)", {"type": "string", "maximum": 40}),
        ("string(40)", {"type": "string", "maximum": 40}),
        ("string(3..)", {"type": "string", "minimum": 3}),
        ("string(40)[]", {"type": "string", "maximum": 40, "array": True}),
        ("string(40)[]?", {"type": "string", "maximum": 40, "array": True, "nullable": True}),
        (" string ( 1 .. 40 ) [ ] ? unique ", None),
        ("enum(a, b) = a", {"type": "enum", "values": ("a", "b"), "default": "a", "has_default": True}),
        ("enum(a, b,)", {"type": "enum", "values": ("a", "b")}),
        ("enum(\"a, b\", 'it''s', c d)", {"type": "enum", "values": ("a, b", "it's", "c d")}),
        ("enum(a, b)[] = [\"a\"]", {"type": "enum", "values": ("a", "b"), "array": True, "default": ["a"],
                                  "has_default": True}),
        ("decimal(12,2)?", {"type": "decimal", "precision": 12, "scale": 2, "nullable": True}),
        ("decimal", {"type": "decimal", "precision": 18, "scale": 2}),
        ("decimal(8, 2, 0..99.5) = 1.50", {"type": "decimal", "precision": 8, "scale": 2, "minimum": 0,
                                          "maximum": Decimal("99.5"), "default": Decimal("1.50"), "has_default": True}),
        ("int(1..5) = 3", {"type": "int", "minimum": 1, "maximum": 5, "default": 3, "has_default": True}),
        ("int(-5..-1) = -3 index", {"type": "int", "minimum": -5, "maximum": -1, "default": -3, "has_default": True,
                                   "index": True}),
        ("bigint = 9007199254740993", {"type": "bigint", "default": 9007199254740993, "has_default": True}),
        ("float(0..1.5) = 1", {"type": "float", "minimum": 0, "maximum": Decimal("1.5"), "default": 1.0,
                              "has_default": True}),
        ("bool = false", {"type": "bool", "default": False, "has_default": True}),
        ("string unique = x", {"type": "string", "unique": True, "default": "x", "has_default": True}),
        ("string = \"two words\" unique", {"type": "string", "unique": True, "default": "two words",
                                         "has_default": True}),
        ("string = ''", {"type": "string", "default": "", "has_default": True}),
        ("string = 3", {"type": "string", "default": "3", "has_default": True}),
        ("string? = null", {"type": "string", "nullable": True}),
        ("string = \"null\"", {"type": "string", "default": "null", "has_default": True}),
        ("duration = 15m", {"type": "duration", "default": 900, "has_default": True}),
        ("date = 2026-01-31", {"type": "date", "default": "2026-01-31", "has_default": True}),
        ("time = 12:30", {"type": "time", "default": "12:30:00", "has_default": True}),
        ("datetime = 2026-01-31T08:30:00Z", {"type": "datetime", "default": "2026-01-31T08:30:00+00:00",
                                            "has_default": True}),
        ("json = {\"a\": [1, null]}", {"type": "json", "default": {"a": [1, None]}, "has_default": True}),
        ("json = []", {"type": "json", "default": [], "has_default": True}),
        ("-> Organization cascade", {"type": "reference", "target": "Organization", "on_delete": "cascade"}),
        ("-> User? set_null", {"type": "reference", "target": "User", "nullable": True, "on_delete": "set_null"}),
        ("-> User cascade owner", {"type": "reference", "target": "User", "on_delete": "cascade", "owner": True}),
        ("->User unique", {"type": "reference", "target": "User", "unique": True}),
        ("<-> Tag", {"type": "many", "target": "Tag"}),
    ],
)  # fmt: skip
def test_one_line_is_read_as(text: str, expected: dict[str, Any] | None) -> None:
    if expected is None:
        expected = {"type": "string", "minimum": 1, "maximum": 40, "array": True, "nullable": True}
        text = text.replace("unique", "")
    assert set_fields(read(text)) == expected
    assert PATTERN.search(text)


NAMES = st.from_regex(r"[A-Z][A-Za-z0-9]{0,12}", fullmatch=True)
WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"], include_characters=" "), min_size=1, max_size=12
)
VALUES = WORDS.map(str.strip).filter(bool)
FORMER = st.lists(NAMES, max_size=2, unique=True).map(tuple)


@st.composite
def references(draw: st.DrawFn) -> FieldSpec:
    if draw(st.booleans()):
        return FieldSpec(type="many", target=draw(NAMES), renamed_from=draw(FORMER))
    nullable = draw(st.booleans())
    rules = [None, "cascade", "restrict", "set_null"] if nullable else [None, "cascade", "restrict"]
    return FieldSpec(
        type="reference",
        target=draw(NAMES),
        nullable=nullable,
        on_delete=draw(st.sampled_from(rules)),
        owner=draw(st.booleans()),
        unique=draw(st.booleans()),
        index=draw(st.booleans()),
        renamed_from=draw(FORMER),
    )


@st.composite
def scalars(draw: st.DrawFn) -> FieldSpec:
    kind: Any = draw(st.sampled_from(TYPES))
    options: dict[str, Any] = {"type": kind, "array": draw(st.booleans()), "nullable": draw(st.booleans())}
    if kind == "enum":
        options["values"] = tuple(draw(st.lists(VALUES, min_size=1, max_size=4, unique=True)))
    if kind == "decimal":
        options["precision"], options["scale"] = 12, draw(st.integers(0, 6))
    if kind in LENGTH_TYPES | NUMBER_TYPES:
        low, high = sorted((draw(st.integers(0, 500)), draw(st.integers(1, 999))))
        options["minimum"] = draw(st.sampled_from([None, low]))
        options["maximum"] = draw(st.sampled_from([None, max(high, 1)]))
        if low > 255:
            options["maximum"] = high
    if not options["array"] and kind not in {"json", "bytes"}:
        options["unique"], options["index"] = draw(st.booleans()), draw(st.booleans())
    options["renamed_from"] = draw(FORMER)
    default = draw(_defaults(options))
    if default is not None:
        options |= {"default": [default] if options["array"] else default, "has_default": True}
    return FieldSpec(**options)


def _defaults(options: dict[str, Any]) -> st.SearchStrategy[Any]:
    low, high = options.get("minimum") or 0, options.get("maximum") or 255
    high = max(low, high)
    whole = st.integers(low, high)
    strategies: dict[str, st.SearchStrategy[Any]] = {
        "string": st.text(
            st.characters(codec="utf-8", exclude_characters="\0"), min_size=low, max_size=min(high, low + 20)
        ),
        "int": whole,
        "bigint": whole,
        "float": whole.map(float),
        "decimal": whole.map(Decimal),
        "bool": st.booleans(),
        "duration": st.integers(0, 10**6),
        "date": st.dates().map(lambda value: value.isoformat()),
        "uuid": st.uuids().map(str),
        "enum": st.sampled_from(options.get("values") or ("",)),
    }
    strategies["text"] = strategies["string"]
    if options["array"] and options["type"] == "duration":
        return st.none()  # JSON has no durations
    return st.none() | strategies.get(options["type"], st.none())


@given(field=st.one_of(references(), scalars()))
@settings(max_examples=400, deadline=None)
def test_what_is_written_is_read_back(field: FieldSpec) -> None:
    text = format_field(field)
    assert read(text) == field
    assert PATTERN.search(text)


@given(text=st.text(alphabet="abenumstrig()[]?=-><.,\"'0123 \\{}:", max_size=40))
@settings(max_examples=500, deadline=None)
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    refused = None
    try:
        parse_compact(text)
    except FieldSyntaxError as error:
        refused = error
    assert refused is None or (0 <= refused.offset <= len(text) and refused.message)
