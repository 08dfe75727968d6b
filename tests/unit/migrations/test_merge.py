"""What the contract changed is wanted; what it did not change stays as a person made it."""

from __future__ import annotations

from scaffolder.migrations import merged
from scaffolder.migrations.names import Names, effective
from scaffolder.migrations.schema import Column, ForeignKey, Index, PrimaryKey, Schema, Table, Unique


def table(name: str, *columns: str, **more: object) -> Table:
    """`x` is a text, `x?` may be null, `x:9` has a length."""
    made = {}
    for text in columns:
        plain, _, length = text.rstrip("?").partition(":")
        made[plain] = Column(plain, f"sa.String({length})" if length else "sa.Text()", nullable=text.endswith("?"))
    return Table(name, made, PrimaryKey(f"pk_{name}", ("id",)), **more)  # type: ignore[arg-type]


def schema(*tables: Table) -> Schema:
    return {one.name: one for one in tables}


def test_without_people_the_contract_is_wanted() -> None:
    base = schema(table("t", "a", "b"), table("gone", "a"))
    contract = schema(table("t", "a:9", "c?"), table("new", "a"))
    assert merged(base, base, contract) == contract


def test_columns_and_tables_of_people_stay() -> None:
    base = schema(table("t", "a"))
    disk = schema(table("t", "a", "mine?"), table("audit_log", "x"))
    assert merged(base, disk, base) == disk
    contract = schema(table("t", "a", "b?"))
    assert list(merged(base, disk, contract)["t"].columns) == ["a", "b", "mine"]


def test_what_a_person_dropped_or_made_wider_stays_so() -> None:
    base = schema(table("t", "a:9", "b"), table("u", "x"))
    disk = schema(table("t", "a:90"))
    assert merged(base, disk, base) == disk


def test_what_both_changed_is_as_the_contract_says() -> None:
    base, disk = schema(table("t", "a:9")), schema(table("t", "a:90?"))
    assert merged(base, disk, schema(table("t", "a:20"))) == schema(table("t", "a:20?"))


def test_what_a_person_added_and_the_spec_then_has_is_the_same() -> None:
    base, disk = schema(table("t", "a")), schema(table("t", "a", "b?"))
    assert merged(base, disk, disk) == disk


def test_what_is_over_a_column_or_refers_to_a_table_goes_with_it() -> None:
    more = {
        "constraints": {
            "mine": Unique("mine", ("a", "b")),
            "link": ForeignKey("link", ("a",), "u", ("id",)),
        },
        "indexes": {"own": Index("own", ("b",))},
    }
    base = schema(table("t", "a", "b"), table("u", "x"))
    disk = schema(table("t", "a", "b", **more), table("u", "x"))
    found = merged(base, disk, schema(table("t", "a")))["t"]
    assert (found.constraints, found.indexes) == ({}, {})


def test_a_rename_counts_where_the_old_name_is_there_and_the_new_one_is_not() -> None:
    renames = Names({"tickets": "cases"}, {"cases": {"subject": "title"}})
    now = schema(table("cases", "title"))
    assert effective(renames, schema(table("tickets", "subject")), now) == renames
    assert effective(renames, schema(table("cases", "subject")), now) == Names({}, renames.columns)
    assert effective(renames, now, now) == Names()
    assert effective(renames, schema(table("tickets", "subject"), table("cases", "x")), now).tables == {}
    assert effective(None, now, now) == Names()


def test_names_that_pass_on_are_taken_in_an_order_that_works_and_back() -> None:
    renames = Names({"a": "b", "b": "c"})
    found = effective(renames, schema(table("a"), table("b")), schema(table("b"), table("c")))
    assert list(found.tables.items()) == [("b", "c"), ("a", "b")]
    assert list(found.back().tables.items()) == [("b", "a"), ("c", "b")]
    assert Names({"t": "u"}, {"u": {"x": "y"}}).back() == Names({"u": "t"}, {"t": {"y": "x"}})
