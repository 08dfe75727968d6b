"""Checks of identifiers and of JSON."""

import json
import math
from typing import Any

import pytest

from app.utilities.validation import JSON_DEPTH, check_storable, is_identifier


@pytest.mark.parametrize(
    ("value", "good"), [("a", True), ("a-b_c.1", True), ("", False), ("-a", False), ("a b", False)]
)
def test_identifiers(value: str, good: bool) -> None:
    assert is_identifier(value) is good


def nested(levels: int) -> Any:
    return json.loads("[" * levels + "]" * levels)


@pytest.mark.parametrize(
    "value", [None, 1, -1.5, "é", [], {"a": [{"b": True}]}, nested(JSON_DEPTH)], ids=lambda value: str(value)[:12]
)
def test_what_can_be_stored_comes_back(value: Any) -> None:
    assert check_storable(value) is value


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (["\x00"], r"U\+0000"),
        ({"\x00": 1}, r"U\+0000"),
        ({"a": "\ud800"}, "surrogates"),
        ([math.inf], "infinite"),
        ({"a": math.nan}, "infinite"),
        (nested(JSON_DEPTH + 1), "nested"),
    ],
    ids=["NUL", "NUL in a name", "surrogate", "infinity", "no number", "depth"],
)
def test_what_cannot_be_stored_is_refused(value: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        check_storable(value)
