"""What a change of type or bounds does to values, and what of it is a loss."""

from __future__ import annotations

import pytest

from scaffolder.migrations.bounds import Bounds, bounds_of, mentions
from scaffolder.migrations.changes import narrowed, type_change
from scaffolder.migrations.schema import Check, Column, PrimaryKey, Table

DECIMAL = 'sa.Numeric({0}, {1}).with_variant(sa.String(9), "sqlite")'


@pytest.mark.parametrize(
    ("was", "now", "how"),
    [
        ("sa.String(40)", "sa.String(40)", "same"),
        ("sa.String(40)", "sa.String(80)", "wider"),
        ("sa.String(40)", "sa.Text()", "wider"),
        ("sa.Text()", "sa.String(40)", "narrower"),
        ("sa.String(80)", "sa.String(40)", "narrower"),
        ("sa.Integer()", "sa.BigInteger()", "wider"),
        ("sa.BigInteger()", "sa.Integer()", "narrower"),
        ("sa.Integer()", "sa.Double()", "wider"),
        ("sa.BigInteger()", "sa.Double()", "narrower"),
        ("sa.Double()", "sa.Integer()", "narrower"),
        (DECIMAL.format(10, 2), DECIMAL.format(12, 2), "wider"),
        (DECIMAL.format(10, 2), DECIMAL.format(9, 2), "narrower"),
        (DECIMAL.format(10, 2), "sa.BigInteger()", "narrower"),
        ("sa.Integer()", "sa.String(11)", "wider"),
        ("sa.Integer()", "sa.String(10)", "replaced"),
        ("sa.Boolean()", "sa.Integer()", "replaced"),
        ("sa.Uuid()", "sa.String(35)", "replaced"),
        ("sa.String(40)", "sa.Boolean()", "replaced"),
        ("sa.Time()", "sa.Date()", "replaced"),
    ],
)
def test_types(was: str, now: str, how: str) -> None:
    change = type_change(was, now)
    assert change.how == how
    assert bool(change.loss) == (how in {"narrower", "replaced"})


@pytest.mark.parametrize(
    ("was", "now", "convert", "is_lossless"),
    [
        ("sa.Date()", "sa.DateTime(timezone=True)", "to_moment", True),
        ("sa.DateTime(timezone=True)", "sa.Date()", "to_date", False),
        ("sa.Uuid()", "sa.String(36)", "to_text", True),
        ("sa.Time()", "sa.Text()", "to_text", True),
        ("sa.String(40)", "sa.Integer()", "to_int", False),
        ("sa.Integer()", DECIMAL.format(12, 2), "to_decimal", True),
        ("sa.Integer()", DECIMAL.format(10, 2), "to_decimal", False),
        (DECIMAL.format(10, 2), DECIMAL.format(12, 4), "to_decimal", True),
        (DECIMAL.format(10, 2), DECIMAL.format(10, 4), "to_decimal", False),
        ("sa.Text()", "sa.Uuid()", "parse_uuid", False),
        ("sa.String(9)", "sa.Date()", "parse_date", False),
    ],
)
def test_types_that_are_converted_row_by_row(was: str, now: str, convert: str, is_lossless: bool) -> None:
    change = type_change(was, now)
    assert (change.how, change.convert) == ("converted", convert)
    assert is_lossless == (not change.loss)
    assert change.is_total == (not convert.startswith("parse") and convert != "to_int")


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("length(x) BETWEEN 3 AND 40", Bounds(shortest=3, longest=40)),
        ("x IN ('a', 'it''s', 'b \\:c', '(')", Bounds(values=("a", "it's", "b :c", "("))),
        ("x >= 1 AND x <= 5", "1 5"),
        ("x >= -1.5", "-1.5 None"),
        ("CAST(x AS NUMERIC) <= 1e3", "None 1E+3"),
        ("x > 1", Bounds()),
        ("length(y) BETWEEN 3 AND 40", Bounds()),
    ],
)
def test_bounds_are_read_from_checks(sql: str, expected: Bounds | str) -> None:
    found = bounds_of("x", [Check("c", sql)])
    assert (found if isinstance(expected, Bounds) else f"{found.low} {found.high}") == expected


def test_a_reserved_word_is_quoted_in_its_check() -> None:
    assert bounds_of("order", [Check("c", 'length("order") BETWEEN 1 AND 9')]).longest == 9


@pytest.mark.parametrize(("sql", "is_about"), [("x > 1", True), ("ax > 1", False), ("y = 'x'", False)])
def test_which_column_a_check_is_about(sql: str, is_about: bool) -> None:
    assert mentions(Check("c", sql), "x") == is_about


def losses(was: tuple[str, str], now: tuple[str, str]) -> list[str]:
    """What happens to values of a column with a type and a CHECK."""
    old, new = (
        Table("t", {"x": Column("x", kind, nullable=False)}, PrimaryKey("pk_t", ()), {"c": Check("c", sql)})
        for kind, sql in (was, now)
    )
    return [
        f"{type(step).__name__}: {loss}" for step, loss in narrowed(old, new, old.columns["x"], new.columns["x"], {})
    ]


@pytest.mark.parametrize(
    ("was", "now", "expected"),
    [
        (("sa.String(9)", "x IN ('a', 'b')"), ("sa.String(9)", "x IN ('a', 'b', 'c')"), []),
        (("sa.String(9)", "x IN ('a', 'b')"), ("sa.String(9)", "x IN ('b')"), ["Choose: 'a' become \"b\""]),
        (
            ("sa.String(9)", ""),
            ("sa.String(9)", "x IN ('b')"),
            ['Choose: other values than those that are allowed become "b"'],
        ),
        (("sa.String(9)", "x IN ('a', 'b')"), ("sa.String(9)", ""), []),
        (
            ("sa.String(9)", "x IN ('long', 'b')"),
            ("sa.String(3)", "length(x) BETWEEN 2 AND 3"),
            [
                "Cut: texts of more than 3 characters are cut",
                "Pad: texts of less than 2 characters get hyphens",
            ],
        ),
        (("sa.String(9)", ""), ("sa.String(9)", "length(x) BETWEEN 0 AND 9"), []),
        (("sa.Integer()", "x >= 1"), ("sa.Integer()", "x >= 0 AND x <= 5"), ["Limit: numbers above 5 become 5"]),
        (("sa.Integer()", "x <= 4"), ("sa.Integer()", "x <= 5"), []),
        (
            ("sa.BigInteger()", "x >= 0"),
            ("sa.Integer()", "x >= 0"),
            ["Limit: numbers above 2147483647 become 2147483647"],
        ),
        (("sa.String(9)", ""), ("sa.Integer()", "x >= 5"), ["Limit: numbers below 5 become 5"]),
        (("sa.Uuid()", ""), ("sa.Text()", "length(x) BETWEEN 1 AND 40"), []),
    ],
)
def test_what_happens_to_values(was: tuple[str, str], now: tuple[str, str], expected: list[str]) -> None:
    assert losses(was, now) == expected
