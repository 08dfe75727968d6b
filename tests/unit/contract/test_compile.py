"""Expressions of workflows -> Python."""

import pytest

from scaffolder.contract.compile import Source, compile_condition, compile_value, environment_names
from scaffolder.spec.expressions import ExpressionError, Path, parse_expression, parse_template


def resolve(path: Path) -> Source:
    return Source("run." + ".".join(map(str, path)), nullable=path[-1] == "maybe")


@pytest.mark.parametrize(
    ("value", "python"),
    [
        ("plain", '"plain"'),
        ("{{ input.body }}", "run.input.body"),
        ("Hello {{ input.name }}!", 'f"Hello {run.input.name}!"'),
        ("Dear {{ input.maybe }}", "f\"Dear {run.input.maybe or ''}\""),
        ('say "{{ a.b }}" {now}', 'f"say \\"{run.a.b}\\" {{now}}"'),
        ('{{ a.b == "it\'s" }}, {{ a.b }}.', 'str(run.a.b == "it\'s") + ", " + str(run.a.b) + "."'),
        (5, "5"),
        ({"text": "{{ a.b }}", "n": [1, "{{ a.c }}"]}, '{"text": run.a.b, "n": [1, run.a.c]}'),
        ("env:HOOK_URL", 'nodes.required(context.settings.hook_url, "HOOK_URL")'),
    ],
)
def test_values(value: object, python: str) -> None:
    assert compile_value(value, resolve) == python


@pytest.mark.parametrize(
    ("source", "python"),
    [
        ("a.b >= 5", "run.a.b >= 5"),
        ("a.maybe > 5", "(run.a.maybe is not None and run.a.maybe > 5)"),
        ("a.maybe == null", "run.a.maybe is None"),
        ("a.maybe != null or a.b < 0.5", "(run.a.maybe is not None or run.a.b < 0.5)"),
        ("a.b == 'x' and not a.c", '(run.a.b == "x" and not run.a.c)'),
        ("a.b in ['x', 'y']", 'run.a.b in ("x", "y",)'),
        ("a.n + 1 < 3 or true", "((run.a.n + 1) < 3 or True)"),
    ],
)
def test_conditions(source: str, python: str) -> None:
    assert compile_condition(source, resolve) == python


@pytest.mark.parametrize(
    ("source", "paths"),
    [
        ("input.class", (("input", "class"),)),
        ("a.0.b", (("a", 0, "b"),)),
        ("not a.b and c.d > 1.5", (("a", "b"), ("c", "d"))),
        ("a.b2.0.1 < 0.5 and c.d == 'v1.0 x.class'", (("a", "b2", 0, 1), ("c", "d"))),
    ],
)
def test_paths(source: str, paths: tuple[Path, ...]) -> None:
    assert parse_expression(source).paths == paths


@pytest.mark.parametrize(
    "source",
    [
        "open('x')",
        "a.b if c else d",
        "lambda: 1",
        "[x for x in y]",
        "a.",
        "",
        "f'{a}'",
        "a" * 2_000,
        "1 if",
        "b'x'",
        "[1, 2].0",
        "1.5.2",
        "(a.b + 1).c",
    ],
)
def test_what_is_no_expression_is_refused(source: str) -> None:
    with pytest.raises(ExpressionError):
        parse_expression(source)


def test_open_braces_are_refused() -> None:
    with pytest.raises(ExpressionError, match="not closed"):
        parse_template("Hello {{ a.b")


def test_environment_names_are_found_at_any_depth() -> None:
    assert environment_names({"a": ["env:ONE", {"b": "env:TWO"}], "c": "three"}) == ["ONE", "TWO"]
