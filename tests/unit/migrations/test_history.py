"""Revisions on disk -> their graph, and the schema after all of them."""

from __future__ import annotations

from scaffolder.migrations import read_history


def revision(name: str, down: str, body: str = "pass") -> tuple[str, bytes]:
    text = f"from alembic import op\nimport sqlalchemy as sa\nrevision = {name!r}\ndown_revision = {down}\n"
    return f"versions/{name}.py", f"{text}def upgrade():\n    {body}\n".encode()


TABLE = 'op.create_table("t", sa.Column("x", sa.Text()), sa.PrimaryKeyConstraint("x", name="pk_t"))'


def test_they_are_folded_in_the_order_of_the_graph_not_of_their_names() -> None:
    found = read_history(
        dict(
            [
                revision("a_last", "'m_middle'", 'op.drop_column("t", "y")'),
                revision("m_middle", "'z_first'", 'op.add_column("t", sa.Column("y", sa.Text()))'),
                revision("z_first", "None", TABLE),
            ]
        )
    )
    assert [one.id for one in found.revisions] == ["z_first", "m_middle", "a_last"]
    assert list(found.schema["t"].columns) == ["x"]
    assert found.heads == ("a_last",)


def test_two_heads_and_their_join() -> None:
    files = dict([revision("0001", "None", TABLE), revision("b", "'0001'"), revision("a", "'0001'")])
    assert read_history(files).heads == ("a", "b")
    files |= dict([revision("c", "('a', 'b')")])
    assert read_history(files).heads == ("c",)


def test_the_next_number_follows_the_highest_of_ids_and_files() -> None:
    assert read_history({}).next_number == 1
    assert read_history(dict([revision("0001", "None"), revision("a1b2", "'0001'")])).next_number == 2
    files = dict([revision("0001", "None"), revision("0041_8c1f03ab", "'0001'")])
    files["versions/0050_mine.py"] = revision("x", "'0041_8c1f03ab'")[1]
    assert read_history(files).next_number == 51


def test_a_parent_that_is_missing_and_a_circle_do_not_stop_it() -> None:
    found = read_history(dict([revision("b", "'gone'", TABLE), revision("c", "'d'"), revision("d", "'c'")]))
    assert {one.id for one in found.revisions} == {"b", "c", "d"}
    assert "t" in found.schema


def test_files_that_are_no_revisions_are_passed_over() -> None:
    assert read_history({"versions/helper.py": b"x = 1\n"}).revisions == ()


def test_what_is_done_to_tables_nobody_made_changes_nothing() -> None:
    found = read_history(dict([revision("a", "None", 'op.drop_column("elsewhere", "x")')]))
    assert found.schema == {}


def test_a_column_takes_with_it_what_is_over_it_and_a_new_name_is_known_everywhere() -> None:
    table = (
        'op.create_table("t", sa.Column("x", sa.Text()), sa.Column("y", sa.Text()), '
        'sa.PrimaryKeyConstraint("x", name="pk_t"), sa.UniqueConstraint("y", name="uq"), '
        'sa.CheckConstraint("length(y) BETWEEN 1 AND 9 AND y <> \'y\'", name="ck"))'
    )
    files = dict([revision("0001", "None", table), revision("2", "'0001'", 'op.create_index("ix", "t", ["y", "x"])')])
    renamed = {**files, **dict([revision("3", "'2'", 'op.alter_column("t", "y", new_column_name="order")')])}
    found = read_history(renamed).schema["t"]
    assert found.unique_sets == (("order",),)
    assert found.indexes["ix"].columns == ("order", "x")
    assert [one.sql for one in found.checks] == ['length("order") BETWEEN 1 AND 9 AND "order" <> \'y\'']
    dropped = {**files, **dict([revision("3", "'2'", 'op.drop_column("t", "y")')])}
    found = read_history(dropped).schema["t"]
    assert (found.unique_sets, found.indexes) == ((), {})
