"""Specs that are wrong -> the exact problems, with line, column and the nearest right spelling.

The cases stand in `spec_cases/*.txt`: a line `=== what the case shows`, the spec, and a line `! ` for each problem.
Before a spec that does not start with `spec:` stand the two lines of `HEAD`, which is why its first line is the third.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from scaffolder.errors import BadInputError
from scaffolder.spec import load_spec_text

HEAD = "spec: 1\nproject: {name: demo}\n"
FILES = sorted((Path(__file__).parent / "spec_cases").glob("*.txt"))


def read_cases(file: Path) -> Iterator[object]:
    for block in file.read_text(encoding="utf-8").split("=== ")[1:]:
        title, *rows = block.rstrip("\n").split("\n")
        source = "".join(f"{row}\n" for row in rows if not row.startswith("! "))
        expected = [row.removeprefix("! ") for row in rows if row.startswith("! ")]
        whole = source if source.startswith("spec:") else HEAD + source
        yield pytest.param(whole, expected, id=f"{file.stem}: {title}")


def report(source: str | bytes) -> list[str]:
    """Return what is said about `source`, without the name of the file."""
    try:
        problems = load_spec_text(source, "spec.yml").problems
    except BadInputError as error:
        problems = error.problems
    return [str(problem).removeprefix("spec.yml:").strip() for problem in problems]


@pytest.mark.parametrize(("source", "expected"), [case for file in FILES for case in read_cases(file)])
def test_says_what_is_wrong_and_where(source: str, expected: list[str]) -> None:
    assert expected
    assert report(source) == expected


def test_there_are_cases() -> None:
    assert [file.stem for file in FILES] == ["entities", "fields", "renames", "settings", "workflows", "yaml"]


LONG = "t" * 62
SHORTER = "(use a shorter name and a label)"
KEEP = "(databases keep 63: use a shorter name and a label)"
BIG = [
    pytest.param(
        f"entities:\n  B{'ook' * 21}:\n    title: text\n    {LONG}: -> Other\n  Other: {{name: text}}\n",
        [
            f"4:3: error[name-length]: entity 'B{'ook' * 21}' has 64 characters; databases keep 63 {SHORTER}",
            f"6:5: error[name-length]: field '{LONG}': the column '{LONG}_id' has 65 characters {KEEP}",
        ],
        id="names over 63 bytes",
    ),
    pytest.param(
        "entities:\n  Book:\n" + "".join(f"    f{number}: text\n" for number in range(501)),
        ["4:3: error[too-large]: entity 'Book' has 501 fields; at most 500 are allowed (split it)"],
        id="too many fields",
    ),
    pytest.param(
        f"entities:\n  Book:\n    state: enum({'v' * 64})\n",
        [f"5:12: error[field]: field 'state': the value '{'v' * 64}' has more than 63 characters"],
        id="an enum value that is too long",
    ),
    pytest.param(
        "workflows:\n  w:\n    nodes:\n" + "".join(f"      n{i}: {{http: {{url: env:URL}}}}\n" for i in range(201)),
        ["206:7: error[too-large]: workflows.w has more than 200 nodes (move some to a workflow that it calls)"],
        id="too many nodes",
    ),
    pytest.param(
        "entities:\n" + "".join(f"  E{number:03}: {{a: -> Missing}}\n" for number in range(300)),
        [
            *(f"{line}:13: error[unknown-entity]: unknown entity 'Missing'" for line in range(4, 204)),
            "error[too-many]: 100 more problems are not shown",
        ],
        id="more problems than anybody reads",
    ),
]


@pytest.mark.parametrize(("source", "expected"), BIG)
def test_says_where_a_limit_is(source: str, expected: list[str]) -> None:
    assert report(HEAD + source) == expected


@pytest.mark.parametrize(
    "source",
    [
        pytest.param('agents: {"a\\nb": 1}', id="a line break in a key"),
        pytest.param('entities: {A: {b: text, $meta: {unique: ["x\\ny", z]}}}', id="a line break in a name"),
        pytest.param('agents: {"\\e[31m": {goal: 1}}', id="an escape sequence"),
        pytest.param(f"agents: {{{'k' * 90_000}: 1}}", id="a key of 90,000 letters"),
    ],
)
def test_a_message_is_one_short_line_whatever_the_keys_are(source: str) -> None:
    lines = report(HEAD + source)
    assert lines
    assert all(line.isprintable() and len(line) < 1_300 for line in lines)
