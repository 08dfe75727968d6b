"""Rows for development: for which entities there are some, and that they are what the API and the slots expect."""

from __future__ import annotations

import pytest
from scaffolder_fills.kinds import Place, load

from scaffolder.contract import Contract, build_contract
from scaffolder.contract.seeds import Seeds
from scaffolder.spec import load_spec_text
from tests.support.specs import FILES, ODD_NAMES, SMALL

HEAD = "spec: 1\nproject: {name: demo}\nauth: {roles: [user, admin]}\nentities:\n"


def _contract(text: str) -> Contract:
    return build_contract(load_spec_text(text, "spec.yml").spec)


def _seeds(entities: str) -> Seeds:
    return _contract(HEAD + entities).seeds


def _rows(seeds: Seeds, table: str) -> list[dict[str, str]]:
    found = next(one for one in seeds.tables if one.table == table)
    return [dict(zip(found.columns, row, strict=True)) for row in found.rows]


def test_rows_say_whose_they_are_and_refer_to_rows_that_are_there() -> None:
    seeds = _seeds(
        "  Ticket: {name: string(1..40), body: text?, done: bool, cost: 'decimal(8,2)', team: -> Team,"
        " who: -> User owner}\n"
        "  Team: {name: string(1..40)}\n"
    )
    first, second = _rows(seeds, "tickets")
    assert (first["name"], first["body"], first["done"], second["done"]) == (
        "'Ticket 1'",
        "'Body of ticket 1'",
        "TRUE",
        "FALSE",
    )
    assert first["cost"].startswith("'")
    assert [first["team_id"], second["team_id"]] == [row["id"] for row in _rows(seeds, "teams")]
    assert [first["who_id"], second["who_id"]] == [row["id"] for row in _rows(seeds, "users")]
    assert [one.table for one in seeds.tables].index("teams") < [one.table for one in seeds.tables].index("tickets")


@pytest.mark.parametrize(
    ("entities", "reasons"),
    [
        ("  Alpha: {name: 'string(300..400)'}\n", {"alphas": "a required value is too long to be read"}),
        ("  Alpha: {name: 'string(300..400)?'}\n", {}),
        ("  Alpha: {name: string, project: -> Project}\n", {"alphas": "each needs Project"}),
        (
            "  Alpha: {project: -> Project}\n  Child: {alpha: -> Alpha}\n",
            {"alphas": "each needs Project", "children": "each needs Alpha"},
        ),
    ],
)
def test_who_has_no_rows_and_why(entities: str, reasons: dict[str, str]) -> None:
    seeds = _seeds(entities + "  Last: {name: string}\n")
    assert {one.label_plural: one.reason for one in seeds.left_out} == reasons
    assert len(_rows(seeds, "lasts")) == 2


def test_there_are_no_users_without_something_of_the_users_own() -> None:
    assert _seeds("  Alpha: {project: -> Project}\n").tables == ()


def test_one_row_where_two_would_be_equal() -> None:
    seeds = _seeds(
        "  Alpha: {kind: 'enum(one) unique'}\n"
        "  Other: {kind: 'enum(one, two) unique'}\n"
        "  Gamma: {who: -> User unique owner}\n"
    )
    assert [len(_rows(seeds, table)) for table in ("alphas", "others", "gammas")] == [1, 2, 2]


@pytest.mark.parametrize("text", [SMALL, ODD_NAMES, *(path.read_text() for path in FILES.values())])
def test_ids_are_those_that_the_kind_gives(text: str) -> None:
    """What refers to the first rows must find them when a fill has replaced the rest of the row."""
    kind = load("sql.rows")
    for table in _contract(text).seeds.tables:
        values = ",\n".join(f"  ({', '.join(row)})" for row in table.rows)
        static = f"INSERT INTO {table.table} ({', '.join(table.columns)}) VALUES\n{values};\n"
        place = Place(f"entities.{table.module}.seeds", "seeds/development.sql", "", static)
        empty = type("Data", (), {"rows": [_Anything()] * len(table.rows)})()
        written = kind.write(empty, place)
        assert all(row[0] in written for row in table.rows)


class _Anything:
    def __getattr__(self, name: str) -> str:
        return "x"
