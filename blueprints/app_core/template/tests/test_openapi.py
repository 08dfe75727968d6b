"""The API describes itself exactly as `openapi.json` says, which clients are generated from."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from openapi_spec_validator import validate

CONTRACT = json.loads((Path(__file__).parent.parent / "openapi.json").read_text(encoding="utf-8"))
# Words for people; where these are names of properties, their values are schemas and not strings.
_PROSE = frozenset({"title", "summary", "description"})


def _essence(value: Any) -> Any:
    """Return `value` without prose, without the null defaults that say nothing, and with sets in one order."""
    if isinstance(value, list):
        return sorted((_essence(item) for item in value), key=json.dumps)
    if not isinstance(value, dict):
        return value
    return {
        key: _essence(item)
        for key, item in value.items()
        if not (key in _PROSE and isinstance(item, str)) and not (key == "default" and item is None)
    }


def _differences(ours: Any, theirs: Any, at: str = "") -> Iterator[str]:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in sorted(ours.keys() | theirs.keys()):
            place = f"{at}/{key}"
            if key not in theirs:
                yield f"{place} is not in openapi.json"
            elif key not in ours:
                yield f"{place} is only in openapi.json"
            else:
                yield from _differences(ours[key], theirs[key], place)
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for index, (left, right) in enumerate(zip(ours, theirs, strict=True)):
            yield from _differences(left, right, f"{at}/{index}")
    elif ours != theirs:
        yield f"{at} is {ours!r}, in openapi.json {theirs!r}"


def test_the_api_is_the_contract(app: FastAPI) -> None:
    found = list(_differences(_essence(app.openapi()), _essence(CONTRACT)))

    assert "\n".join(found) == ""


def test_the_description_is_valid(app: FastAPI) -> None:
    validate(app.openapi())


@pytest.mark.parametrize(
    ("ours", "theirs", "difference"),
    [
        ({"a": 1}, {}, "/a is not in openapi.json"),
        ({}, {"a": 1}, "/a is only in openapi.json"),
        ({"a": [{"b": 1}]}, {"a": [{"b": 2}]}, "/a/0/b is 1, in openapi.json 2"),
        ({"a": [1]}, {"a": [1, 2]}, "/a is [1], in openapi.json [1, 2]"),
    ],
)
def test_a_difference_is_named(ours: Any, theirs: Any, difference: str) -> None:
    assert list(_differences(ours, theirs)) == [difference]
