"""Random changes of specs -> revisions that, read again, give just what the contract says; and how they are said."""

from __future__ import annotations

import ast
from collections.abc import Mapping

import pytest

from scaffolder.errors import BadInputError
from scaffolder.migrations import Schema, read_history, tables_of
from tests.support.migration_cases import Change, change, planned_of, revisions_of
from tests.support.spec_changes import changed_spec, random_spec, text_of

START = """\
spec: 1
project: {name: shop}
entities:
  Product:
    name: string(1..80)
    code: string(2..8)?
  Region:
    title: string(40) unique
    area: decimal(8,2)
"""
OLDEST = "rows without a value refer to the oldest row of regions, which is made if there is none"
OWN = "rows without a value refer each to a row of its own in regions, which is made if there is none"
APART = "no two rows may share code from now on; the revision fails, and changes nothing, while some do"


def schema_of(files: Mapping[str, str]) -> Schema:
    found = read_history({name: text.encode() for name, text in files.items()})
    assert found.notes == ()
    assert len(found.heads) < 2
    return found.schema


def after(old: str, new: str) -> Change:
    was, now = planned_of(old), planned_of(new)
    return change(revisions_of(was.plan.answers), was, now)


def text(one: Change) -> str:
    (name,) = one.after.keys() - one.before.keys()
    return one.after[name]


@pytest.mark.parametrize("seed", range(25))
def test_what_a_revision_says_is_what_was_missing(seed: int) -> None:
    spec = random_spec(seed)
    try:
        was = planned_of(text_of(spec))
    except BadInputError:
        pytest.skip("this seed gives no spec")
    files: Mapping[str, str] = revisions_of(was.plan.answers)
    for step in range(3):
        new = changed_spec(spec, seed * 10 + step)
        try:
            now = planned_of(text_of(new))
        except BadInputError:
            continue
        one = change(files, was, now)
        assert schema_of(one.after) == tables_of(now.plan.answers)
        assert change(one.after, now, now).revision is None
        assert change(files, was, now).after == one.after
        files, spec, was = one.after, new, now


def test_the_way_back_is_said_too() -> None:
    one = after(START, START.replace("name: string(1..80)", "name: string(1..120)\n    weight: int = 3"))
    up, down = (
        {ast.unparse(node) for node in ast.walk(function) if isinstance(node, ast.Call)}
        for function in ast.parse(text(one)).body
        if isinstance(function, ast.FunctionDef) and function.name in {"upgrade", "downgrade"}
    )
    assert (
        "batch.alter_column('name', type_=sa.String(120), existing_type=sa.String(80), existing_nullable=False)" in up
    )
    assert "batch.add_column(sa.Column('weight', sa.Integer(), nullable=True))" in up
    assert "batch.alter_column('weight', nullable=False, existing_type=sa.Integer())" in up
    assert "batch.drop_column('weight')" in down
    assert "_cut(products, 'name', 80)" in down
    assert "PRODUCTS_WEIGHT = 3\n" in text(one)


@pytest.mark.parametrize(
    ("old", "new", "losses", "notes"),
    [
        ("code:", "size: int?\n    code:", [], []),
        ("code:", "size: int\n    code:", [], ["products.size: rows without a value get 0"]),
        ("code:", "size: int = 4\n    code:", [], ["products.size: rows without a value get 4"]),
        ("code:", "size: int unique\n    code:", [], ["products.size: rows without a value get values of their own"]),
        ("string(2..8)?", "string(2..8)", [], ['products.code: rows without a value get "unknown"']),
        ("code:", "region: -> Region\n    code:", [], [f"products.region_id: {OLDEST}"]),
        ("code:", "region: -> Region unique\n    code:", [], [f"products.region_id: {OWN}"]),
        ("code:", "regions: <-> Region\n    code:", [], []),
        ("    code: string(2..8)?\n", "", ["column products.code is dropped, with its values"], []),
        ("string(2..8)?", "string(2..8)? unique", [], [f"products: {APART}"]),
        (
            "decimal(8,2)",
            "decimal(6,1)",
            ["regions.area becomes Numeric(6, 1), it was Numeric(8, 2): digits are lost"],
            [],
        ),
        (
            "decimal(8,2)",
            "decimal(6,2)",
            [
                "regions.area becomes Numeric(6, 2), it was Numeric(8, 2): numbers that are too large are cut",
                "regions.area: numbers below -9999.99 become -9999.99",
                "regions.area: numbers above 9999.99 become 9999.99",
            ],
            [],
        ),
        (
            "decimal(8,2)",
            "date",
            ["regions.area becomes Date(), it was Numeric(8, 2): its values are lost"],
            ["regions.area: rows without a value get dt.date(1970, 1, 1)"],
        ),
    ],
)
def test_what_rows_lose_and_get(old: str, new: str, losses: list[str], notes: list[str]) -> None:
    assert old in START
    revision = after(START, START.replace(old, new, 1)).revision
    assert revision is not None
    assert (list(revision.losses), list(revision.notes)) == (losses, notes)


def test_an_id_fits_the_table_of_alembic_and_differs_with_what_is_done() -> None:
    one, other = (after(START, START.replace("code:", f"{name}: int?\n    code:")).revision for name in ("a", "b"))
    assert one is not None
    assert other is not None
    assert one.id != other.id
    assert len(one.id) <= 32
    assert one.id.startswith("0002_")


def test_a_row_that_is_made_brings_what_it_must_refer_to() -> None:
    start = START.replace(
        "area: decimal(8,2)", "area: decimal(8,2)\n    country: -> Country\n  Country:\n    iso: string(2..2)"
    )
    one = text(after(start, start.replace("code:", "region: -> Region\n    code:")))
    assert '_refer(products, "region_id", _row_of_regions)' in one
    assert '"country_id": _row_of_countries(1)' in one
    assert '"title": f"unknown-{number}"' in one
    assert '"iso": "un"' in one


def test_a_check_with_a_colon_survives_the_copy_of_its_table() -> None:
    start = START.replace("area: decimal(8,2)", "area: decimal(8,2)\n    kind: enum('a :b', c)")
    one = text(after(start, start.replace("title: string(40) unique", "title: string(60)")))
    check = "batch.create_check_constraint(\"ck_regions_kind_allowed\", \"kind IN ('a \\\\:b', 'c')\")"
    drop = 'batch.drop_constraint("ck_regions_kind_allowed", type_="check")'
    assert one.count("with op.batch_alter_table") == one.count(drop) == one.count(check) > 1
