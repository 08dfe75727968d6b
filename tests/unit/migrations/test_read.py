"""One revision file, in the words that people and Alembic use -> operations; what is computed is named."""

from __future__ import annotations

import pytest

from scaffolder.errors import MigrationError
from scaffolder.migrations.operations import (
    AddColumn,
    AddConstraint,
    AlterColumn,
    CreateIndex,
    CreateTable,
    DropColumn,
    DropConstraint,
    DropIndex,
    DropTable,
    Operation,
    RenameTable,
    SetPrimaryKey,
)
from scaffolder.migrations.read import Revision, read_revision
from scaffolder.migrations.schema import Check, Column, ForeignKey, Index, PrimaryKey, Table, Unique

HEAD = 'from alembic import op\nimport sqlalchemy as sa\nrevision = "b"\ndown_revision = "a"\n'


def read(body: str, head: str = HEAD) -> Revision:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    found = read_revision("versions/b.py", f"{head}def upgrade():\n{lines}".encode())
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("body", "operation"),
    [
        ('op.add_column("t", sa.Column("x", sa.Text()))', AddColumn("t", Column("x", "sa.Text()", nullable=True))),
        (
            'op.add_column(table_name="t", column=sa.Column("x", sa.Integer, nullable=False))',
            AddColumn("t", Column("x", "sa.Integer()", nullable=False)),
        ),
        ('op.drop_column("t", "x")', DropColumn("t", "x")),
        ('op.drop_table("t")', DropTable("t")),
        ('op.rename_table("t", "u")', RenameTable("t", "u")),
        ('op.alter_column("t", "x", nullable=True)', AlterColumn("t", "x", nullable=True)),
        ('op.alter_column("t", "x", new_column_name="y")', AlterColumn("t", "x", new="y")),
        (
            'op.alter_column("t", "x", existing_type=sa.Text(), type_=sa.String(length=9))',
            AlterColumn("t", "x", type="sa.String(9)"),
        ),
        ('op.create_index(op.f("i"), "t", ["x", "y"])', CreateIndex("t", Index("i", ("x", "y")))),
        ('op.create_index("i", "t", ["x"], unique=True)', CreateIndex("t", Index("i", ("x",), unique=True))),
        ('op.drop_index("i", table_name="t")', DropIndex("t", "i")),
        ('op.drop_index("i")', DropIndex(None, "i")),
        ('op.create_unique_constraint("u", "t", ["x"])', AddConstraint("t", Unique("u", ("x",)))),
        ('op.create_unique_constraint(None, "t", ["x"])', AddConstraint("t", Unique("uq_t_x", ("x",)))),
        ('op.create_check_constraint("c", "t", "x > 1")', AddConstraint("t", Check("c", "x > 1"))),
        ('op.create_check_constraint("c", "t", sa.text("x > 1"))', AddConstraint("t", Check("c", "x > 1"))),
        ('op.create_check_constraint("c", "t", "x = \':a\'")', AddConstraint("t", Check("c", r"x = '\:a'"))),
        ('op.drop_constraint("c", "t", type_="check")', DropConstraint("t", "c")),
        (
            'op.create_foreign_key("f", "t", "u", ["u_id"], ["id"], ondelete="cascade")',
            AddConstraint("t", ForeignKey("f", ("u_id",), "u", ("id",), "CASCADE")),
        ),
        (
            'op.execute(\'ALTER TABLE "t" RENAME CONSTRAINT "pk_s" TO "pk_t"\')',
            SetPrimaryKey("t", PrimaryKey("pk_t", ()), "pk_s"),
        ),
        ('with op.batch_alter_table("t") as b:\n    b.drop_column("x")', DropColumn("t", "x")),
        (
            'with op.batch_alter_table("t", schema=None) as batch_op:\n    batch_op.create_index("i", ["x"])',
            CreateIndex("t", Index("i", ("x",))),
        ),
        (
            'with op.batch_alter_table("t") as b:\n    b.create_foreign_key("f", "u", ["u_id"], ["id"])',
            AddConstraint("t", ForeignKey("f", ("u_id",), "u", ("id",))),
        ),
        (
            'with op.batch_alter_table("t") as b:\n    b.create_check_constraint("c", "x > 1")',
            AddConstraint("t", Check("c", "x > 1")),
        ),
    ],
)
def test_an_operation(body: str, operation: Operation) -> None:
    found = read(body)
    assert found.operations == (operation,)
    assert found.notes == ()


def test_a_table_in_the_long_and_in_the_short_form() -> None:
    long = read(
        'op.create_table("t", sa.Column("id", sa.Uuid(), nullable=False), sa.Column("u_id", sa.Uuid()), '
        'sa.PrimaryKeyConstraint("id", name="pk_t"), '
        'sa.ForeignKeyConstraint(["u_id"], ["u.id"], name="fk_t_u_id_u"), '
        'sa.UniqueConstraint("u_id", name="uq_t_u_id"))\n'
        'op.create_index("ix_t_u_id", "t", ["u_id"])'
    )
    short = read(
        'op.create_table("t", sa.Column("id", sa.UUID(), primary_key=True), '
        'sa.Column("u_id", sa.Uuid(), sa.ForeignKey("u.id"), unique=True, index=True))'
    )
    table = Table(
        "t",
        {"id": Column("id", "sa.Uuid()", nullable=False), "u_id": Column("u_id", "sa.Uuid()", nullable=True)},
        PrimaryKey("pk_t", ("id",)),
        {
            "fk_t_u_id_u": ForeignKey("fk_t_u_id_u", ("u_id",), "u", ("id",)),
            "uq_t_u_id": Unique("uq_t_u_id", ("u_id",)),
        },
    )
    index = Index("ix_t_u_id", ("u_id",))
    assert long.operations == (CreateTable(table), CreateIndex("t", index))
    assert isinstance(short.operations[0], CreateTable)
    assert short.operations[0].table.constraints == table.constraints
    assert short.operations[0].table.columns == table.columns
    assert short.operations[0].table.indexes == {"ix_t_u_id": index}


def test_names_may_be_constants_of_the_module() -> None:
    found = read("op.drop_table(OLD)", HEAD + 'OLD = "t"\n')
    assert found.operations == (DropTable("t"),)


@pytest.mark.parametrize(
    ("body", "note"),
    [
        ('op.drop_table(name())', "a name is computed"),
        ('op.drop_table(f"{prefix}t")', "a name is computed"),
        ('op.execute("CREATE TABLE t (id int)")', "SQL is not read"),
        ('op.execute(sa.text("alter table t add x int"))', "SQL is not read"),
        ('op.execute(f"DROP TABLE {name}")', "SQL is not read"),
        ('for name in NAMES:\n    op.drop_table(name)', "what it does depends on how it runs"),
        ('if big:\n    op.drop_table("t")', "what it does depends on how it runs"),
        ('op.create_table_comment("t", "x")', "op.create_table_comment is not known"),
        ('op.create_table("t", sa.Column("x", sa.Text()), sa.CheckConstraint("x > 1"))',
         "CheckConstraint is not known, or has no name"),
        ('op.create_index("i", "t", [sa.text("lower(x)")])', ""),
        ('with op.batch_alter_table(NAME) as b:\n    b.drop_column("x")', "the table's name is computed"),
    ],
)  # fmt: skip
def test_what_cannot_be_told_is_named(body: str, note: str) -> None:
    found = read(body)
    if note:
        assert found.operations == ()
        assert found.notes == (f"versions/b.py:6 was not understood: {note}",)
    else:
        assert len(found.operations) == 1  # an index over an expression has a text for a column


@pytest.mark.parametrize(
    "body",
    [
        "pass",
        'op.execute("UPDATE t SET x = 1")',
        'op.execute(t.update().values({"x": 1}))',
        'op.bulk_insert(t, [])',
        'op.get_bind().execute(sa.text("DELETE FROM t"))',
        '_fill(t, "x", 1)',
        'if ready:\n    op.execute("UPDATE t SET x = 1")',
    ],
)  # fmt: skip
def test_what_is_not_about_the_schema_is_passed_over(body: str) -> None:
    found = read(body)
    assert (found.operations, found.notes) == ((), ())


@pytest.mark.parametrize(
    ("head", "down"),
    [
        ('revision = "b"\ndown_revision = None\n', ()),
        ('revision: str = "b"\ndown_revision: str | None = "a"\n', ("a",)),
        ('revision = "b"\ndown_revision = ("a", "c")\n', ("a", "c")),
        ('revision = "b"\ndown_revision = "a"\ndepends_on = ["d"]\n', ("a", "d")),
    ],
)
def test_what_it_comes_after(head: str, down: tuple[str, ...]) -> None:
    found = read("pass", head)
    assert (found.id, found.down) == ("b", down)


@pytest.mark.parametrize("text", ["", "x = 1\n", "revision = name()\n"])
def test_what_is_no_revision(text: str) -> None:
    assert read_revision("versions/x.py", text.encode()) is None


@pytest.mark.parametrize(("text", "line"), [("x = 1\ndef upgrade(:\n", 2), ("\0", 1), ("<<<<<<< yours\n", 1)])
def test_what_nobody_can_read_is_an_error_with_its_place(text: str, line: int) -> None:
    with pytest.raises(MigrationError, match=rf"^versions/x\.py:{line}: ") as caught:
        read_revision("versions/x.py", text.encode())
    assert "mend the file" in caught.value.hint
