"""Each kind: the data that it takes, the lines that it writes, and that the guard keeps them."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from pydantic import ValidationError
from scaffolder_fills.guard import guard
from scaffolder_fills.kinds import KINDS, Place, UnknownKindError, load
from scaffolder_fills.slot import find_slots

PYTHON = "def f(rows):\n    # slot: a.b\n{static}    # end slot\n"
LISTED = "THINGS = [\n    # slot: a.b\n{static}    # end slot\n]\n"
CASES = "CASES = [\n    # slot: a.b\n{static}    # end slot\n]\n"
PROMPT = "PROMPT = (\n    # slot: a.b\n{static}    # end slot\n)\n"
MARKDOWN = "# Title\n\n<!-- slot: a.b -->\n{static}<!-- end slot -->\n\n## Next\n"
YAML = "a: 1\nlabels:\n  # slot: a.b\n{static}  # end slot\nz: 2\n"
SQL = "-- slot: a.b\n{static}-- end slot\n"
SCRIPT = "function f(rows) {{\n  // slot: a.b\n{static}  // end slot\n}}\n"
INSERT = "INSERT INTO tags (id, name, weight, used) VALUES\n  ('x', 'one', 1, TRUE);\n"

GOOD: dict[str, tuple[str, str, str, dict[str, Any], dict[str, Any], str]] = {
    "text in Python": (
        "text", "a.py", PROMPT.format(static='    "Static.\\n"\n'), {}, {"text": 'Say "no".\nThen\tgo \\ on.'},
        '    "Say \\"no\\".\\n"\n    "Then\\tgo \\\\ on.\\n"\n',
    ),
    "text in Markdown": (
        "text", "a.md", MARKDOWN.format(static="Static.\n"), {}, {"text": "One *two* <b>.\n\n# Three\n- 4 `x<y` `z`"},
        "One \\*two\\* \\<b\\>.\n\n\\# Three - 4 \\`x\\<y\\` `z`\n",
    ),
    "text in YAML": (
        "text", "a.yml", YAML.format(static="  why: static\n"), {}, {"text": "it: is # so"}, '  why: "it: is # so"\n',
    ),
    "section": (
        "markdown.section", "a.md", MARKDOWN.format(static="Static.\n"), {},
        {"blocks": [{"kind": "paragraph", "lines": ["One."]}, {"kind": "numbers", "lines": ["1. two", "three"]}]},
        "One.\n\n1. 1\\. two\n2. three\n",
    ),
    "docstring": (
        "python.docstring", "a.py", PYTHON.format(static='    """Static."""\n'), {},
        {"summary": 'Do "it"', "details": ["With \\ care."]},
        '    """Do \\"it\\".\n\n    With \\\\ care.\n    """\n',
    ),
    "body": (
        "python.body", "a.py", PYTHON.format(static="    return rows\n"), {},
        {"code": "```python\nkept = [row for row in rows if row]\n\nreturn kept\n```"},
        "    kept = [row for row in rows if row]\n\n    return kept\n",
    ),
    "TypeScript": (
        "typescript.body", "a.ts", SCRIPT.format(static="  return rows;\n"), {},
        {"code": "const kept = rows.filter((row) => row.name !== '');\nreturn kept;"},
        "  const kept = rows.filter((row) => row.name !== '');\n  return kept;\n",
    ),
    "choices": (
        "choices", "a.py", LISTED.format(static='    "low",\n'), {"of": ["low", "high"]}, {"chosen": ["high", "low"]},
        '    "low",\n    "high",\n',
    ),
    "names": (
        "names", "a.yml", YAML.replace("{static}", "{static}").format(static="  - one\n"), {}, {"names": ["two"]},
        '  - "two"\n',
    ),
    "map": (
        "yaml.map", "a.yml", YAML.format(static="  one: static\n"), {},
        {"entries": [{"key": "two", "value": "a: b"}, {"key": "no", "value": "x"}]}, '  "no": "x"\n  two: "a: b"\n',
    ),
    "rows": (
        "sql.rows", "a.sql", SQL.format(static=INSERT), {"fixed": ["used"]},
        {"rows": [{"name": "it's", "weight": 2}]},
        INSERT.replace("  ('x', 'one', 1", "('UUID', 'it''s', 2"),
    ),
    "cases": (
        "test.cases", "a.py", CASES.format(static='    ("static one", {"text": "x", "number": 1}, True),\n'), {},
        {"cases": [{"name": "an empty one", "given": {"text": 'q"', "number": 0}, "expected": False}]},
        '    ("an empty one", {"text": "q\\"", "number": 0}, False),\n',
    ),
}  # fmt: skip


def place_of(path: str, source: str, options: dict[str, Any]) -> Place:
    [slot] = find_slots(source)
    return Place(slot.id, path, slot.indent, slot.text, options)


@pytest.mark.parametrize("case", GOOD)
def test_data_becomes_lines_that_the_guard_keeps(case: str) -> None:
    name, path, source, options, data, written = GOOD[case]
    place, kind = place_of(path, source, options), load(name)
    model = kind.schema(place).model_validate(data)
    lines = kind.write(model, place)
    if name == "sql.rows":
        made = lines.partition("('")[2][:36]
        assert uuid.UUID(made).version == 5
        assert lines.replace(made, "UUID") == written
    else:
        assert lines == written
    assert lines == kind.write(kind.schema(place).model_validate(data), place)
    after = guard(path, source, place.slot, lines, name)
    assert lines in after


@pytest.mark.parametrize(
    ("case", "data"),
    [
        ("text in Python", {"text": ""}),
        ("text in Python", {"text": "word " * 200}),
        ("text in Python", {"text": "x", "more": 1}),
        ("section", {"blocks": []}),
        ("section", {"blocks": [{"kind": "heading", "lines": ["x"]}]}),
        ("docstring", {"summary": "two\nlines", "details": []}),
        ("body", {"code": "\n".join(["x = 1"] * 99)}),
        ("body", {"code": "   "}),
        ("choices", {"chosen": ["middle"]}),
        ("choices", {"chosen": ["low", "low"]}),
        ("names", {"names": ["Two"]}),
        ("names", {"names": ["two", "two"]}),
        ("map", {"entries": [{"key": "a b", "value": "x"}]}),
        ("map", {"entries": [{"key": "a", "value": "x"}, {"key": "a", "value": "y"}]}),
        ("rows", {"rows": [{"name": "x", "weight": "heavy"}]}),
        ("rows", {"rows": [{"name": "x", "weight": 1, "used": False}]}),
        ("cases", {"cases": [{"name": "an empty one", "given": {"text": 1, "number": 0}, "expected": False}]}),
        ("cases", {"cases": []}),
    ],
)
def test_data_that_does_not_fit_is_refused(case: str, data: dict[str, Any]) -> None:
    name, path, source, options, *_ = GOOD[case]
    with pytest.raises(ValidationError):
        load(name).schema(place_of(path, source, options)).model_validate(data)


@pytest.mark.parametrize(
    ("name", "path", "source", "options", "message"),
    [
        ("choices", "a.py", LISTED.format(static='    "low",\n'), {}, "`of` must list the words"),
        ("sql.rows", "a.sql", SQL.format(static="DELETE FROM tags;\n"), {}, "must be one INSERT"),
        (
            "sql.rows",
            "a.sql",
            SQL.format(static=INSERT),
            {"fixed": ["name", "weight", "used"]},
            "every column is fixed",
        ),
        ("test.cases", "a.py", CASES.format(static="    1,\n"), {}, "the static text must be cases"),
        ("text", "a.py", PROMPT.format(static='    "x"\n'), {"max_words": 0}, "max_words must be a positive"),
    ],
)
def test_a_place_that_cannot_be_filled_is_the_blueprints_mistake(
    name: str, path: str, source: str, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        load(name).schema(place_of(path, source, options))


def test_every_kind_has_a_name_a_version_and_files() -> None:
    for name in KINDS:
        kind = load(name)
        assert (kind.name, kind.version >= 1, bool(kind.suffixes)) == (name, True, True)


def test_an_unknown_kind_names_those_that_there_are() -> None:
    with pytest.raises(UnknownKindError, match=r"there is no kind 'poem'; there are text, markdown.section"):
        load("poem")


def test_cases_may_be_null_where_a_static_one_is() -> None:
    static = '("one", {"a": "x", "b": 1}, True),\n("two", {"a": None, "b": 2}, True),\n'
    place = Place("a.b", "a.py", "", static)
    kind = load("test.cases")
    schema = kind.schema(place)

    data = schema.model_validate({"cases": [{"name": "a null", "given": {"a": None, "b": 3}, "expected": False}]})
    assert kind.write(data, place) == '("a null", {"a": None, "b": 3}, False),\n'
    with pytest.raises(ValueError, match="valid integer"):
        schema.model_validate({"cases": [{"name": "a null", "given": {"a": "x", "b": None}, "expected": False}]})


def test_names_that_models_have_already_can_be_those_of_arguments_and_columns() -> None:
    cases = Place("a.b", "a.py", "", '("one", {"schema": "x", "copy": 1}, True),\n')
    data = (
        load("test.cases")
        .schema(cases)
        .model_validate({"cases": [{"name": "other one", "given": {"schema": "y", "copy": 2}, "expected": False}]})
    )
    assert load("test.cases").write(data, cases) == '("other one", {"schema": "y", "copy": 2}, False),\n'

    rows = Place("a.b", "a.sql", "", "INSERT INTO t (schema, \"order\") VALUES\n('x', 1);\n")
    data = load("sql.rows").schema(rows).model_validate({"rows": [{"schema": "y", "order": 2}]})
    assert load("sql.rows").write(data, rows) == "INSERT INTO t (schema, \"order\") VALUES\n('y', 2);\n"


def test_references_of_rows_are_kept_and_long_rows_take_a_line_for_each_value() -> None:
    reference = "'0b7ab8b2-6d0f-4b7e-9b64-3c3a9c6f1a01'"
    place = Place("a.b", "a.sql", "", f"INSERT INTO t (name, team_id) VALUES\n('x', {reference});\n", {"at_least": 2})
    schema = load("sql.rows").schema(place)
    with pytest.raises(ValueError, match="at least 2"):
        schema.model_validate({"rows": [{"name": "y"}]})

    written = load("sql.rows").write(schema.model_validate({"rows": [{"name": "y"}, {"name": "z" * 90}]}), place)
    assert written == (
        f"INSERT INTO t (name, team_id) VALUES\n('y', {reference}),\n(\n    '{'z' * 90}',\n    {reference}\n);\n"
    )
