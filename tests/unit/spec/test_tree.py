"""Scalars follow the core schema of YAML 1.2.2, and every node knows its place."""

from __future__ import annotations

import math

import pytest
import yaml

from scaffolder.spec.problems import Problems
from scaffolder.spec.tree import MappingNode, Node, parse, plain_value, resolve


def read(text: str) -> Node:
    problems = Problems("spec.yml")
    node = parse(text, problems)
    assert problems.sorted() == ()
    assert node is not None
    return node


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True), ("True", True), ("FALSE", False), ("null", None), ("~", None), ("", None), ("Null", None),
        ("1", 1), ("-7", -7), ("+7", 7), ("007", 7), ("0o17", 15), ("0xff", 255),
        ("1.5", 1.5), (".5", 0.5), ("1.", 1.0), ("1e3", 1000.0), ("-1.5E-3", -0.0015), (".inf", math.inf),
        ("-.Inf", -math.inf),
    ],
)  # fmt: skip
def test_plain_scalars_of_the_core_schema(text: str, value: object) -> None:
    found = resolve(text)
    assert found == value
    assert type(found) is type(value)


def test_not_a_number() -> None:
    assert math.isnan(float(str(resolve(".nan"))))


@pytest.mark.parametrize(
    "text",
    ["yes", "no", "on", "off", "y", "n", "tRUE", "NULl", "12:30", "15m", "1_000", "0b11", "0o8", "0xg", "2026-01-31",
     "1.2.3", "-", "+", ".", "e3", "1e", "<<", "=", "100/min", "9" * 401, "١٢"],
)  # fmt: skip
def test_what_stays_text(text: str) -> None:
    assert resolve(text) == text


def test_quoted_scalars_are_text() -> None:
    assert plain_value(read("[\"1\", 'true', \"\", 'null', ! 1, !!str 1]")) == ["1", "true", "", "null", "1", "1"]


def test_every_node_knows_its_place() -> None:
    node = read("a: 1\nb:\n  - é: 'x'\n    ü: {z: 3}\n")
    assert isinstance(node, MappingNode)
    inner = node.values["b"].items[0]  # type: ignore[union-attr]
    assert isinstance(inner, MappingNode)
    assert [(key.line, key.column) for key in inner.keys.values()] == [(3, 5), (4, 5)]
    assert (inner.values["é"].line, inner.values["é"].column) == (3, 8)
    assert (inner.flow, inner.values["ü"].flow) == (False, True)  # type: ignore[union-attr]


def test_keys_count_as_their_text() -> None:
    assert plain_value(read("on: 1\n404: 2\n~: 3\n")) == {"on": 1, "404": 2, "~": 3}


def test_the_parser_in_python_gives_the_same_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a: &x [1, 'two', {b: ~}]\nc: *x\nd: |\n  text\n  more\n"
    expected = plain_value(read(text))
    monkeypatch.delattr(yaml, "CSafeLoader")
    assert plain_value(read(text)) == expected


def test_the_parser_in_python_reports_errors_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(yaml, "CSafeLoader")
    problems = Problems("spec.yml")
    assert parse("a: [1\nb: 2\n", problems) is None
    assert [item.code for item in problems.sorted()] == ["yaml-syntax"]


def test_aliases_share_what_they_name() -> None:
    node = read("a: &x {k: v}\nb: *x\n")
    assert isinstance(node, MappingNode)
    assert node.values["a"] is node.values["b"]
