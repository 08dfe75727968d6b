"""`--data KEY=VALUE`: the text changes where it must, and nowhere else."""

from __future__ import annotations

import pytest
import yaml

from scaffolder.errors import BadInputError
from scaffolder.overrides import Override, apply_overrides, parse_overrides
from scaffolder.problem import Problem

SPEC = """\
# A comment that stays.
spec: 1
project:   # and this one
  name: helpdesk
  description: >
    Tickets for
    small teams.

# before auth
auth: {access: 15m, roles: [user, admin]}
audit:
entities:
  Tag:
    label: string(1..40) unique
"""


def override(text: str, *options: str) -> str:
    return apply_overrides(text, parse_overrides(options)).text


@pytest.mark.parametrize(
    ("option", "old", "new"),
    [
        pytest.param("project.name=shop", "name: helpdesk", "name: shop", id="replaces a plain scalar"),
        pytest.param("auth.access=5m", "access: 15m", "access: 5m", id="replaces inside a flow mapping"),
        pytest.param("auth.refresh=1d", "admin]}", "admin], refresh: 1d}", id="adds to a flow mapping"),
        pytest.param("audit=[create]", "audit:\n", "audit: [create]\n", id="fills an empty value"),
        pytest.param("auth=null", "{access: 15m, roles: [user, admin]}", "null", id="replaces a flow mapping"),
        pytest.param(
            "limits.per_user=9/min", "unique\n", "unique\nlimits: {per_user: 9/min}\n", id="nested, at the end"
        ),
        pytest.param(
            "entities.Tag.color=string(1..9)", "unique\n", "unique\n    color: string(1..9)\n", id="to a block"
        ),
        pytest.param("entities.Tag={a: 'enum(x, y)'}", "label: string(1..40) unique", "{a: 'enum(x, y)'}", id="block"),
        pytest.param(
            "project.description=Short.", ">\n    Tickets for\n    small teams.\n", "Short.\n", id="a block scalar"
        ),
        pytest.param("project.description=", ">\n    Tickets for\n    small teams.\n", "''\n", id="an empty value"),
    ],
)
def test_only_the_named_part_of_the_text_changes(option: str, old: str, new: str) -> None:
    assert SPEC.count(old) == 1
    assert override(SPEC, option) == SPEC.replace(old, new)


def test_a_value_that_needs_quotes_in_a_flow_mapping_gets_them() -> None:
    text = override("a: {b: 1}\n", "a.c=enum(x, y) = x")
    assert yaml.safe_load(text) == {"a": {"b": 1, "c": "enum(x, y) = x"}}


def test_a_trailing_comma_is_not_doubled() -> None:
    assert yaml.safe_load(override("a: {b: 1,}\n", "a.c=2")) == {"a": {"b": 1, "c": 2}}


def test_windows_line_ends_stay() -> None:
    text = override("spec: 1\r\nproject:\r\n  name: a\r\n", "project.description=b")
    assert text == "spec: 1\r\nproject:\r\n  name: a\r\n  description: b\r\n"


def test_a_file_without_a_last_line_end_gets_the_new_key_on_its_own_line() -> None:
    assert override("spec: 1", "audit=[login]") == "spec: 1\naudit: [login]\n"


def test_a_later_override_of_the_same_key_wins() -> None:
    assert yaml.safe_load(override(SPEC, "project.name=a", "project.name=b"))["project"]["name"] == "b"


def test_an_override_may_go_into_what_another_one_added() -> None:
    text = override(SPEC, "limits={per_user: 1/min}", "limits.per_user=2/min")
    assert yaml.safe_load(text)["limits"] == {"per_user": "2/min"}


@pytest.mark.parametrize("text", ["", "- a\n", "a: [\n", "just text", "a: " + "[" * 200_000])
def test_what_is_no_mapping_is_left_for_the_loader_to_refuse(text: str) -> None:
    assert override(text, "project.name=a") == text


def test_all_malformed_options_are_reported_at_once() -> None:
    with pytest.raises(BadInputError) as caught:
        parse_overrides(["project", "=x", "a..b=1", "fine=1"])
    assert [problem.path for problem in caught.value.problems] == ["--data project", "--data =x", "--data a..b=1"]


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("project.name.first=x", "project.name is not a mapping, so it has no 'first'"),
        ("project.name=[a", "the value is not YAML: "),
        ("project.name=" + "[" * 200_000, "the value is not YAML: nested too deeply"),
        ("shared.x=1", "shared is an alias"),
    ],
)
def test_an_override_that_cannot_be_applied_names_itself(option: str, message: str) -> None:
    with pytest.raises(BadInputError) as caught:
        override(SPEC + "base: &base {x: 0}\nshared: *base\n", option)
    [problem] = caught.value.problems
    assert problem.path == f"--data {option.partition('=')[0]}"
    assert message in problem.message


def test_problems_point_at_the_option_or_at_the_line_that_the_user_sees() -> None:
    result = apply_overrides(SPEC, [Override("project.note", "first"), Override("entities.Tag.bad", "strin")])
    rows = result.text.split("\n")

    def relabel(snippet: str) -> tuple[str, int, int]:
        line = next(number for number, row in enumerate(rows, start=1) if snippet in row)
        column = rows[line - 1].index(snippet) + 1
        moved = result.relabel(Problem("x", line, column, "c", "error", "m"), "my.yml")
        return moved.path, moved.line, moved.column

    assert relabel("bad: strin") == ("--data entities.Tag.bad", 0, 0)
    assert relabel("note: first") == ("--data project.note", 0, 0)
    assert relabel("auth:") == ("my.yml", 10, 1)
    assert relabel("label:") == ("my.yml", 14, 5)
    assert relabel("name: helpdesk") == ("my.yml", 4, 3)


def test_without_overrides_every_place_is_its_own() -> None:
    result = apply_overrides(SPEC, [])
    assert result.text == SPEC
    assert result.locate(4, 9) == (4, 9)
