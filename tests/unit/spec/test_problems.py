"""Problems sort by place, name the nearest spelling, and stay readable."""

from __future__ import annotations

import pytest

from scaffolder.problem import Problem
from scaffolder.spec.graph import ancestors, cycles, describe_cycle
from scaffolder.spec.problems import Position, Problems, nearest, quote
from scaffolder.spec.reader import format_duration, parse_duration, parse_rate


def test_a_problem_reads_like_a_compilers_message() -> None:
    problem = Problem("spec.yml", 3, 7, "unknown-key", "error", "unknown key 'nmae'", "did you mean 'name'?")
    assert str(problem) == "spec.yml:3:7: error[unknown-key]: unknown key 'nmae' (did you mean 'name'?)"


def test_a_problem_of_the_whole_file_has_no_place() -> None:
    assert str(Problem("spec.yml", 0, 0, "not-found", "error", "there is no such file")) == (
        "spec.yml: error[not-found]: there is no such file"
    )


def test_problems_come_in_the_order_of_the_file() -> None:
    problems = Problems("spec.yml")
    for line, column in ((9, 1), (10, 2), (10, 1), (2, 5)):
        problems.error(Position(line, column), "x", "wrong")
    assert [(item.line, item.column) for item in problems.sorted()] == [(2, 5), (9, 1), (10, 1), (10, 2)]


def test_warnings_do_not_fail() -> None:
    problems = Problems("spec.yml")
    problems.warning(Position(1, 1), "x", "odd")
    assert not problems.failed


@pytest.mark.parametrize(
    ("name", "found"),
    [("Tikcet", "Ticket"), ("ticket", "Ticket"), ("Organisation", "Organization"), ("zzz", None), ("", None)],
)
def test_the_nearest_spelling(name: str, found: str | None) -> None:
    assert nearest(name, ["Ticket", "Organization", "User"]) == found


def test_names_in_messages_are_short_and_printable() -> None:
    assert quote("a\x1b[31m\nb") == "'a�[31m�b'"
    assert len(quote("x" * 500)) == 82


@pytest.mark.parametrize(
    ("graph", "found"),
    [
        ({"a": ["b"], "b": []}, []),
        ({"a": ["a"]}, [["a"]]),
        ({"a": ["b"], "b": ["c"], "c": ["a"]}, [["a", "b", "c"]]),
        ({"a": ["b"], "b": ["a"], "c": ["d"], "d": ["c"]}, [["a", "b"], ["c", "d"]]),
        ({"a": ["missing"]}, []),
        ({"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": []}, []),
    ],
)
def test_cycles(graph: dict[str, list[str]], found: list[list[str]]) -> None:
    assert cycles(graph) == found


def test_a_long_cycle_is_found_without_recursion_and_shown_in_part() -> None:
    count = 50_000
    (found,) = cycles({str(number): [str((number + 1) % count)] for number in range(count)})
    assert len(found) == count
    assert describe_cycle(found) == "0 -> 1 -> 2 -> 3 -> 4 -> 5 -> 6 -> … -> 0"


def test_ancestors() -> None:
    edges = [("a", "b"), ("b", "d"), ("c", "d"), ("d", "a2"), ("x", "missing")]
    assert ancestors(["a", "b", "c", "d", "a2", "x"], edges) == {
        "a": set(), "b": {"a"}, "c": set(), "d": {"a", "b", "c"}, "a2": {"a", "b", "c", "d"}, "x": set(),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30s", 30), ("15m", 900), ("2h", 7_200), ("7d", 604_800), ("1w", 604_800), ("15", None), ("m", None),
     ("1.5h", None), ("-1s", None), ("5M", None)],
)  # fmt: skip
def test_durations(text: str, seconds: int | None) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0s"), (30, "30s"), (900, "15m"), (604_800, "1w"), (86_400, "1d"), (61, "61s")]
)
def test_durations_are_written_in_the_largest_unit(seconds: int, text: str) -> None:
    assert format_duration(seconds) == text
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("100/min", (100, 60)),
        ("5 / s", (5, 1)),
        ("1/Hour", (1, 3_600)),
        ("10/day", (10, 86_400)),
        ("100", None),
        ("a/s", None),
    ],
)
def test_rates(text: str, rate: tuple[int, int] | None) -> None:
    assert parse_rate(text) == rate
