"""What the contract validator says, and when it says nothing."""

from __future__ import annotations

import pytest
from scaffolder_validators import Finding, Sources, validate
from scaffolder_validators.contract.check import compare
from scaffolder_validators.registry import load
from scaffolder_validators.validator import Skip

from tests.support.migration_cases import change, planned_of, revisions_of
from tests.support.projects import project
from tests.support.specs import SMALL

ROUTER, MODEL = "app/routers/note.py", "app/models/note.py"
MIGRATION, REPOSITORY = "migrations/versions/0001_initial.py", "app/repositories/note.py"


def said(path: str, before: str, after: str) -> list[Finding]:
    """What is said when the first `before` in the file `path` is `after`."""
    rendered = project(SMALL)
    content = rendered.files[path].decode()
    assert before in content
    return compare(rendered.facts, {**rendered.files, path: content.replace(before, after, 1).encode()})


@pytest.mark.parametrize(
    ("path", "before", "after", "rule", "message"),
    [
        (ROUTER, 'prefix="/api/v1/notes"', 'prefix="/api/v2/notes"', "route", "GET /api/v2/notes"),
        (ROUTER, "status_code=201", "status_code=200", "status", "create_note: status codes of success"),
        (ROUTER, "problems(400, 401, 422", "problems(400, 422", "status", "list_notes: status codes of problems"),
        (ROUTER, '"get_note"', '"fetch_note"', "operation-id", "the contract says get_note, the code says fetch_note"),
        (ROUTER, "schemas.NoteUpdate", "schemas.NoteCreate", "request", "says NoteUpdate, the code says NoteCreate"),
        (ROUTER, "if_match: IfMatch", "if_match: int", "parameter", "header parameter If-Match"),
        ("app/schemas/note.py", "max_length=80", "max_length=81", "field", "NoteCreate.title (maxLength)"),
        (MODEL, "sa.String(80)", "sa.String(81)", "column", "notes.title: type: the contract says VARCHAR(80)"),
        (MODEL, 'ondelete="CASCADE"', 'ondelete="RESTRICT"', "foreign-key", "RESTRICT"),
        (MODEL, 'NEW = "new"', 'NEW = "fresh"', "enum", '["fresh", "filed"]'),
        (MIGRATION, 'sa.Column("title", sa.String(80)', 'sa.Column("title", sa.Text()', "column", "TEXT"),
        (MIGRATION, 'op.drop_table("notes")', "pass", "downgrade", "notes is still there"),
        (MIGRATION, '["author_id"], ["users.id"]', '["author_id"], ["labels.id"]', "foreign-key", "labels.id"),
        (REPOSITORY, 'owner = "author_id"', 'owner = "id"', "repository", "says author_id, the code says id"),
        ("app/agents/sorter.py", "max_length=40", "max_length=41", "field", "SorterOutput.label (maxLength)"),
        ("app/workflows/file.py", 'Step("load"', 'Step("fetch"', "workflow", "step load"),
        ("app/core/settings.py", "Field(900", "Field(901", "setting", "access_token_seconds"),
        ("app/core/errors.py", "status = 404", "status = 410", "status", "NotFoundError: status of NotFound"),
        ("openapi.json", '"operationId": "list_notes"', '"operationId": "x"', "openapi", "list_notes, the file says x"),
    ],
)  # fmt: skip
def test_what_disagrees_is_named(path: str, before: str, after: str, rule: str, message: str) -> None:
    found = said(path, before, after)
    line = project(SMALL).files[path].decode().partition(before)[0].count("\n") + 1
    mine = [one for one in found if one.rule == f"contract:{rule}" and message in one.message]
    assert mine, "\n".join(map(str, found))
    assert all(one.path == path and one.severity == "error" and one.hint for one in mine)
    if rule not in {"request", "parameter", "downgrade", "workflow", "enum", "route", "status", "operation-id"}:
        assert line in {one.line for one in mine}


def test_a_router_that_is_included_nowhere_is_named_where_it_is() -> None:
    found = said("app/api/router.py", "        note_resource,\n", "")
    assert [one.path for one in found if "list_notes" in one.message and "included nowhere" in one.message] == [ROUTER]


def test_what_the_contract_does_not_know_is_a_warning() -> None:
    (finding,) = said("app/schemas/note.py", "    title: str\n", "    title: str\n    more: str\n")
    assert (finding.rule, finding.severity) == ("contract:field", "warning")
    assert "NoteRead.more is not in the contract" in finding.message


def test_a_later_migration_counts() -> None:
    rendered = project(SMALL)
    later = """
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

def upgrade() -> None:
    with op.batch_alter_table("notes") as batch:
        batch.alter_column("title", type_=sa.String(99), nullable=True)
        batch.drop_index("ix_notes_created_at_id")
    op.add_column("labels", sa.Column("colour", sa.Text(), nullable=True))

def downgrade() -> None:
    op.drop_column("labels", "colour")
"""
    found = compare(rendered.facts, {**rendered.files, "migrations/versions/0002_more.py": later.encode()})
    assert sorted((one.rule.partition(":")[2], one.severity) for one in found) == [
        ("column", "error"), ("column", "error"), ("column", "error"), ("column", "warning"),
        ("downgrade", "error"), ("index", "error"),
    ]  # fmt: skip
    assert any("restore ix_notes_created_at_id" in one.message for one in found)


@pytest.mark.parametrize(
    "changes",
    [
        [("  Note:\n", "  Memo:\n    $meta: {renamed_from: Note}\n"), ("[Note]", "[Memo]"), ("y: Note,", "y: Memo,")],
        [("labels: <-> Label", "tags: <-> Label was labels"), ("{name: string(1..40) unique", "{term: text was name")],
        [("    author: -> User cascade owner\n", "    pinned: bool = false\n    parent: -> Note?\n")],
        [("name: string(1..40) unique", "name: text"), ("enum(new, filed) = new", "enum(old) = old")],
    ],
)  # fmt: skip
def test_the_revision_of_an_update_agrees(changes: list[tuple[str, str]]) -> None:
    text = SMALL
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    was = planned_of(SMALL)
    one = change(revisions_of(was.plan.answers), was, planned_of(text))
    assert len(one.after) == 2
    rendered = project(text)
    files = {**rendered.files, **{f"migrations/versions/{name}": code.encode() for name, code in one.after.items()}}
    assert [str(finding) for finding in compare(rendered.facts, files)] == []


def test_heads_that_are_joined_come_before_what_joins_them() -> None:
    rendered = project(SMALL)
    made = {
        "b": ("'0001'", 'op.create_index("ix_b", "labels", ["id"])', 'op.drop_index("ix_b", table_name="labels")'),
        "c": ("'0001'", "pass", "pass"),
        "a": ("('b', 'c')", 'op.drop_index("ix_b", table_name="labels")', 'op.create_index("ix_b", "labels", ["id"])'),
    }
    files = dict(rendered.files)
    for name, (down, up, back) in made.items():
        text = f"from alembic import op\nrevision = {name!r}\ndown_revision = {down}\n"
        text += f"def upgrade():\n    {up}\ndef downgrade():\n    {back}\n"
        files[f"migrations/versions/{name}.py"] = text.encode()
    assert compare(rendered.facts, files) == []


@pytest.mark.parametrize("path", [ROUTER, MODEL, MIGRATION, REPOSITORY, "app/schemas/note.py", "app/workflows/file.py"])
@pytest.mark.parametrize("content", [b"def f(:\n", b"\xff\xfe\0", b"(" * 10_000])
def test_a_file_that_cannot_be_read_is_for_others_to_name(path: str, content: bytes) -> None:
    rendered = project(SMALL)
    found = compare(rendered.facts, {**rendered.files, path: content})
    assert not [str(one) for one in found if one.path == path]


def test_a_broken_document_is_for_others_to_name() -> None:
    rendered = project(SMALL)
    for content in (b"{", b"[" * 100_000, b"\xff"):
        assert compare(rendered.facts, {**rendered.files, "openapi.json": content}) == []


def test_without_a_contract_it_is_skipped() -> None:
    with pytest.raises(Skip, match="no contract"):
        list(load("contract").check(Sources.of({"app/main.py": b""})))


def test_what_the_contract_leaves_out_is_not_compared() -> None:
    files = {path: content.replace(b"notes", b"xnotes") for path, content in project(SMALL).files.items()}
    assert compare({}, files) == []


def test_a_whole_project_without_models_is_told_so() -> None:
    files = {path: text for path, text in project(SMALL).files.items() if not path.startswith("app/models/")}
    found = compare(project(SMALL).facts, files)
    assert any(one.rule == "contract:table" and "notes: the contract has this table" in one.message for one in found)


def test_it_runs_with_the_others() -> None:
    rendered = project(SMALL)
    files = {**rendered.files, MODEL: rendered.files[MODEL].replace(b"sa.String(80)", b"sa.String(81)")}
    (result,) = validate(Sources.of(files, rendered.facts), only=["contract"]).results
    assert result.status == "failed"
    assert [one.rule for one in result.findings] == ["contract:column", "contract:column"]
