"""The spec changes, and `update` writes the revision that a database then needs; earlier ones are history."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from scaffolder.__main__ import main
from tests.support.blueprints import snapshot
from tests.support.updating import copy_from

SPEC = """\
spec: 1
project: {name: shop}
entities:
  Product: {name: string(1..80), state: "enum(new, old) = new"}
  Tag: {label: string(1..20) unique}
"""
VERSIONS = "migrations/versions"
HAND = '''"""Mine."""

import sqlalchemy as sa
from alembic import op

revision = "a1b2c3"
down_revision = "{down}"


def upgrade() -> None:
    {upgrade}
'''
Run = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_from(SPEC, tmp_path_factory.mktemp("rendered"), "data_models")


@pytest.fixture
def root(rendered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    shutil.copytree(rendered, tmp_path / "shop")
    return tmp_path / "shop"


@pytest.fixture
def run(root: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command on the project; gives the exit code and all that was printed."""

    def run(command: str, *options: str, at: Path | None = None) -> tuple[int, str]:
        if command in {"update", "recopy"}:
            options = (*options, "--no-validate")
        code = main([command, str(at or root), *options])
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


def change(root: Path, old: str, new: str) -> None:
    spec = root / "scaffold.yml"
    text = spec.read_text()
    assert old in text
    spec.write_text(text.replace(old, new))


def versions(root: Path) -> list[str]:
    return sorted(path.name for path in (root / VERSIONS).glob("*.py"))


def newest(root: Path) -> str:
    return (root / VERSIONS / versions(root)[-1]).read_text()


def hand_written(root: Path, upgrade: str, down: str = "0001") -> None:
    (root / VERSIONS / "a1b2c3_mine.py").write_text(HAND.format(upgrade=upgrade, down=down))


@pytest.mark.parametrize("command", ["update", "check"])
def test_a_revision_that_nobody_can_read_stops_it(root: Path, run: Run, command: str) -> None:
    (root / VERSIONS / "a1b2c3_mine.py").write_text('revision = "a1b2c3"\ndef upgrade(:\n')
    change(root, "label: string(1..20) unique", "label: string(1..20) unique, weight: int?")
    before = snapshot(root)
    code, said = run(command)
    assert code == 2
    assert f"{VERSIONS}/a1b2c3_mine.py:2: invalid syntax" in said
    assert "mend the file" in said
    assert snapshot(root) == before


def test_a_new_column_becomes_a_revision_and_the_first_one_stays(root: Path, run: Run) -> None:
    first = root / VERSIONS / "0001_initial.py"
    before = first.read_bytes(), first.stat().st_mtime_ns
    change(root, "label: string(1..20) unique", "label: string(1..20) unique, weight: int?")
    code, said = run("check")
    assert code == 1
    assert f"  new       {VERSIONS}/0002_" in said
    assert "0001_initial" not in said

    code, said = run("update")
    assert code == 0
    assert "0001_initial" not in said
    name = versions(root)[-1]
    assert name.endswith("_add_tags_weight.py")
    assert f"Migration:\n  - {VERSIONS}/{name}: Add tags.weight\n" in said
    assert 'op.add_column("tags", sa.Column("weight", sa.Integer(), nullable=True))' in newest(root)
    assert 'batch.drop_column("weight")' in newest(root)
    assert 'down_revision = "0001"' in newest(root)
    assert (first.read_bytes(), first.stat().st_mtime_ns) == before

    after = snapshot(root)
    assert run("check")[0] == 0
    code, said = run("update")
    assert code == 0
    assert "nothing to do" in said
    assert snapshot(root) == after


def test_nothing_but_code_changed_so_there_is_no_revision(root: Path, run: Run) -> None:
    change(root, "{label: string", "{$meta: {description: A word.}, label: string")
    assert run("update")[0] == 0
    assert versions(root) == ["0001_initial.py"]


def test_revisions_come_one_after_the_other(root: Path, run: Run) -> None:
    change(root, "  Tag:", "  Note: {text: text}\n  Tag:")
    assert run("update")[0] == 0
    change(root, "{text: text}", "{text: text, product: -> Product}")
    assert run("update")[0] == 0
    first, second, third = versions(root)
    assert (first, second[:5], third[:5]) == ("0001_initial.py", "0002_", "0003_")
    assert f'down_revision = "{second[:13]}"' in newest(root)


def test_the_same_change_gives_the_same_bytes_anywhere(root: Path, run: Run, tmp_path: Path) -> None:
    other = tmp_path / "elsewhere" / "shop"
    shutil.copytree(root, other)
    for one in (root, other):
        change(one, "  Tag:", "  Note: {text: text, product: -> Product}\n  Tag:")
        assert run("update", at=one)[0] == 0
    assert snapshot(root) == snapshot(other)


def test_what_loses_data_is_refused_named_and_shown(root: Path, run: Run) -> None:
    change(
        root, '{name: string(1..80), state: "enum(new, old) = new"}', '{name: string(1..40), state: "enum(new) = new"}'
    )
    change(root, "  Tag: {label: string(1..20) unique}\n", "")
    before = snapshot(root)
    code, said = run("update")
    assert code == 1
    assert "3 destructive changes to rows that exist; nothing was written" in said
    for loss in (
        "products.name becomes String(40), it was String(80): texts of more than 40 characters are cut",
        "products.state: 'old' become \"new\"",
        "table tags is dropped, with its rows",
    ):
        assert f"  - {loss}\n" in said
    assert "pass --allow-destructive" in said
    assert snapshot(root) == before

    for option in ("--pretend", "--diff"):
        code, said = run("update", option)
        assert code == 0
        assert "table tags is dropped, with its rows" in said
        assert snapshot(root) == before
    assert "+    op.drop_table" in said

    code, said = run("update", "--json")
    assert (code, json.loads(said)["status"]) == (1, "destructive")
    code, said = run("update", "--allow-destructive")
    assert code == 0
    assert "table tags is dropped, with its rows" in said
    assert "# The structure comes back." in newest(root)
    assert run("check")[0] == 0


def test_a_revision_that_somebody_deleted_stays_deleted(root: Path, run: Run) -> None:
    change(root, "string(1..20) unique", "string(1..20) unique, weight: int?")
    assert run("update")[0] == 0
    (root / VERSIONS / versions(root)[-1]).unlink()
    assert run("check")[0] == 0
    assert run("update")[0] == 0
    assert versions(root) == ["0001_initial.py"]
    change(root, "weight: int?", "weight: int?, size: int?")
    assert run("update")[0] == 0
    assert 'sa.Column("size"' in newest(root)
    assert 'sa.Column("weight"' not in newest(root)
    assert 'down_revision = "0001"' in newest(root)


def test_recopy_brings_a_deleted_revision_back_and_keeps_edits_of_others(root: Path, run: Run) -> None:
    change(root, "string(1..20) unique", "string(1..20) unique, weight: int = 4")
    assert run("update")[0] == 0
    path = root / VERSIONS / versions(root)[-1]
    first = root / VERSIONS / "0001_initial.py"
    first.write_text(first.read_text() + "# mine\n")
    text = path.read_text()
    path.unlink()
    assert run("recopy")[0] == 0
    assert path.read_text() == text
    assert versions(root) == ["0001_initial.py", path.name]
    assert first.read_text().endswith("# mine\n")


def test_what_a_person_did_in_a_revision_of_their_own_stays(root: Path, run: Run) -> None:
    hand_written(root, 'op.add_column("tags", sa.Column("note", sa.Text(), nullable=True))')
    change(root, "string(1..20) unique", "string(1..20) unique, weight: int?")
    code, _ = run("update")
    assert code == 0
    ours = (root / VERSIONS / versions(root)[1]).read_text()
    assert 'down_revision = "a1b2c3"' in ours
    assert "note" not in ours
    change(root, "weight: int?", "weight: int?, note: text?")
    assert run("update")[0] == 0
    assert len(versions(root)) == 3  # the column is there already


def test_heads_of_other_people_are_joined(root: Path, run: Run) -> None:
    change(root, "string(1..20) unique", "string(1..20) unique, weight: int?")
    assert run("update")[0] == 0
    hand_written(root, 'op.create_index("ix_tags_note", "tags", ["label"])')
    assert run("check")[0] == 1
    code, said = run("update")
    assert code == 0
    assert ": Join 0002_" in said
    ours = next(text for path in (root / VERSIONS).glob("*_join.py") if (text := path.read_text()))
    assert f'down_revision = ("{versions(root)[1][:13]}", "a1b2c3")' in ours
    assert "import sqlalchemy" not in ours
    assert run("check")[0] == 0


def test_labelled_branches_are_left_alone(root: Path, run: Run) -> None:
    hand_written(root, "pass", down="")
    path = root / VERSIONS / "a1b2c3_mine.py"
    path.write_text(
        path.read_text().replace('down_revision = ""', 'down_revision = None\nbranch_labels = ("reports",)')
    )
    change(root, "string(1..20) unique", "string(1..20) unique, weight: int?")
    code, said = run("update")
    assert code == 0
    assert "migrations: branches are kept apart by labels, so no revision was written" in said
    assert len(versions(root)) == 2


def test_without_the_folder_the_project_went_another_way(root: Path, run: Run) -> None:
    shutil.rmtree(root / "migrations")
    change(root, "string(1..20) unique", "string(1..20) unique, weight: int?")
    code, said = run("update")
    assert code == 0
    assert "  - migrations: there is no migrations/versions/, so no revision was written\n" in said
    assert not (root / "migrations").exists()


def test_what_cannot_be_read_is_named(root: Path, run: Run) -> None:
    hand_written(root, 'op.execute("ALTER TABLE tags ADD COLUMN note TEXT")')
    change(root, "string(1..20) unique", "string(1..20) unique, weight: int?")
    code, said = run("update")
    assert code == 0
    assert f"  - migrations: {VERSIONS}/a1b2c3_mine.py:11 was not understood: SQL is not read\n" in said


def test_the_first_tables_of_a_project_come_with_the_first_revision(
    tmp_path: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = tmp_path / "spec.yml"
    spec.write_text("spec: 1\nproject: {name: shop}\n")
    bare = tmp_path / "bare"
    assert main(["copy", "data_models", str(bare), "--data-file", str(spec), "--quiet", "--no-validate"]) == 0
    capsys.readouterr()
    (bare / "scaffold.yml").write_text(SPEC)
    assert run("update", at=bare)[0] == 0
    assert versions(bare) == ["0001_initial.py"]
    assert run("check", at=bare)[0] == 0


def test_names_that_change_are_renamed_and_nothing_is_dropped(root: Path, run: Run) -> None:
    change(
        root,
        "  Tag: {label: string(1..20) unique}",
        "  Word: {text: string(1..20) unique was label, $meta: {renamed_from: Tag}}",
    )
    code, said = run("update")
    assert code == 0, said
    assert 'op.rename_table("tags", "words")' in newest(root)
    assert 'op.alter_column("words", "label", new_column_name="text", existing_type=sa.String(20)' in newest(root)
    assert 'ALTER TABLE "words" RENAME CONSTRAINT "pk_tags" TO "pk_words"' in newest(root)
    assert 'op.rename_table("words", "tags")' in newest(root)
    assert "drop_table" not in newest(root)
    assert "drop_column" not in newest(root)
    assert run("check")[0] == 0


def test_a_lost_state_finds_its_revisions_again(root: Path, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    change(root, "string(1..20) unique", "string(1..20) unique, weight: int?")
    assert run("update")[0] == 0
    name = versions(root)[-1]
    shutil.rmtree(root / ".scaffold")
    assert main(["state", "rebuild", str(root), "--source", "data_models"]) == 0
    capsys.readouterr()
    assert run("check")[0] == 0
    assert "nothing to do" in run("update")[1]
    assert main(["explain", f"{root / VERSIONS / name}"]) == 0
    assert "from a template" in capsys.readouterr().out
    change(root, ", weight: int?", "")
    assert "column tags.weight is dropped, with its values" in run("update")[1]


def test_a_copy_over_a_project_keeps_its_history(root: Path, run: Run, tmp_path: Path) -> None:
    change(root, "string(1..20) unique", "string(1..20) unique, weight: int?")
    assert run("update")[0] == 0
    before = {name: (root / VERSIONS / name).read_bytes() for name in versions(root)}
    spec = tmp_path / "new.yml"
    spec.write_text((root / "scaffold.yml").read_text().replace("weight: int?", "weight: int?, size: int?"))
    copy = ["copy", "data_models", str(root), "--data-file", str(spec), "--overwrite", "--quiet", "--no-validate"]
    assert main(copy) == 0
    assert {name: (root / VERSIONS / name).read_bytes() for name in versions(root)} == before
    assert run("check")[0] == 1
    assert run("update")[0] == 0
    assert len(versions(root)) == len(before) + 1
    assert 'sa.Column("size"' in newest(root)
    assert 'sa.Column("weight"' not in newest(root)
    assert main(copy) == 0
    assert run("check")[0] == 0


def test_slots_can_be_filled_after_it(root: Path, run: Run) -> None:
    change(root, "string(1..20) unique", "string(1..20) unique, weight: int?")
    assert run("fill", "--dry-run")[0] == 2
    assert run("update")[0] == 0
    assert run("fill", "--dry-run")[0] == 0


def test_two_branches_that_each_changed_the_spec(root: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    git = ["git", "-C", str(root), "-c", "user.name=a", "-c", "user.email=a@example.org"]

    def do(*command: str, code: int = 0) -> None:
        assert subprocess.run([*git, *command], check=False, capture_output=True).returncode == code

    do("init", "-qb", "main")
    for command in (["add", "-A"], ["commit", "-qm", "first"], ["checkout", "-qb", "other"]):
        do(*command)
    change(root, "string(1..20) unique", "string(1..20) unique, weight: int?")
    assert run("update")[0] == 0
    for command in (["add", "-A"], ["commit", "-qm", "weight"], ["checkout", "-q", "main"]):
        do(*command)
    change(root, "string(1..80)", "string(1..80), size: int = 1")
    assert run("update")[0] == 0
    for command in (["add", "-A"], ["commit", "-qm", "size"]):
        do(*command)
    subprocess.run([*git, "merge", "-q", "other"], check=False, capture_output=True)
    settled = SPEC.replace("string(1..20) unique", "string(1..20) unique, weight: int?")
    (root / "scaffold.yml").write_text(settled.replace("string(1..80)", "string(1..80), size: int = 1"))
    names = versions(root)
    assert len(names) == 3
    for path in subprocess.run(
        [*git, "diff", "--name-only", "--diff-filter=U"], check=True, capture_output=True, text=True
    ).stdout.split():
        if not path.startswith(".scaffold/") and path != "scaffold.yml":
            do("checkout", "--ours", path)
    assert main(["state", "rebuild", str(root)]) == 0
    assert run("update", "--force")[0] == 0
    (join,) = set(versions(root)) - set(names)
    heads = ", ".join(f'"{name[:13]}"' for name in names[1:])
    assert join.startswith("0003_")
    assert f"down_revision = ({heads})" in (root / VERSIONS / join).read_text()
    assert run("check")[0] == 0
