"""`scaffolder update`: every case through the command line, with its exact outcome, report line and exit code."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from scaffolder import journal, pipeline
from scaffolder.blueprints import load_catalog
from scaffolder.state import BASE, LOCK
from tests.support.blueprints import snapshot
from tests.support.updating import SPEC, TEXT, Workshop, lines

NEW = TEXT.replace("five", "5")
MINE = TEXT.replace("one", "1")
BOTH = MINE.replace("five", "5")
CLASH = TEXT.replace("one", "uno")
MARKED = "<<<<<<< yours\n1\n||||||| base\none\n=======\nuno\n>>>>>>> blueprints\n" + TEXT[4:]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Workshop:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return Workshop(tmp_path, monkeypatch, capsys)


@pytest.mark.parametrize(
    ("edit", "new", "after", "code", "said"),
    [
        (TEXT, NEW, NEW, 0, ["updated       a.txt"]),
        (MINE, TEXT, MINE, 0, []),
        (MINE, NEW, BOTH, 0, ["merged        a.txt"]),
        (NEW, NEW, NEW, 0, []),
        (MINE, CLASH, MARKED, 1, ["conflict      a.txt (1 conflict)"]),
        (MINE, None, MINE, 0, [
            "kept-edited   a.txt (the blueprints no longer have it, you edited it: it is yours now)"
        ]),
        (TEXT, None, None, 0, ["deleted       a.txt"]),
        (None, TEXT, None, 0, ["kept-deleted  a.txt (you deleted it)"]),
        (None, NEW, None, 0, ["kept-deleted  a.txt (you deleted it; the blueprints changed it)"]),
        (None, None, None, 0, []),
        (MINE.replace("\n", "\r\n"), NEW, BOTH.replace("\n", "\r\n"), 0, ["merged        a.txt"]),
        ("\0 mine", "\0 new", "\0 mine", 1, ["binary        a.txt (the new one is a.txt.new)"]),
    ],
    ids=[
        "blueprints", "person", "both", "same", "overlap", "kept-edited", "deleted", "kept-deleted",
        "deleted and changed", "deleted by both", "CRLF", "binary",
    ],
)  # fmt: skip
def test_one_file(
    shop: Workshop, edit: str | None, new: str | None, after: str | None, code: int, said: list[str]
) -> None:
    shop.copy(base={"a.txt": "\0 old" if edit == "\0 mine" else TEXT, "b.txt": "same\n"})
    if edit is None:
        (shop.root / "a.txt").unlink()
    else:
        shop.write("a.txt", edit)
    shop.blueprints(base={"b.txt": "same\n"} | ({"a.txt": new} if new is not None else {}))

    done = shop.update()

    assert done.code == code
    assert lines(done.err if code else done.out) == said
    assert (shop.read("a.txt") if (shop.root / "a.txt").exists() else None) == after
    assert shop.read("b.txt") == "same\n"
    assert not list(shop.root.rglob("*journal*"))
    again = shop.update()
    if said and said[0].startswith("conflict"):
        assert again.code == 1
        assert "1 file with marks of an earlier conflict; nothing was written" in again.err
    else:
        assert again.code == 0
        assert re.match(r"shop in .*shop: nothing to do, in ", again.out)
    assert shop.run("check", str(shop.root)).code == (1 if "conflict" in "".join(said) else 0)


def test_conflicts_are_named_all_of_them_and_only_those(shop: Workshop) -> None:
    files = {f"{name}.txt": TEXT for name in "abcdef"}
    shop.copy(base=files)
    for name in "abcde":
        shop.write(f"{name}.txt", MINE)
    shop.blueprints(base={path: CLASH if path < "d" else NEW for path in files})
    done = shop.update()
    assert done.code == 1
    marked = sorted(path for path in shop.files() if "<<<<<<<" in shop.read(path))
    assert marked == ["a.txt", "b.txt", "c.txt"]
    assert re.findall(r"  - (\S+): 1 place between", done.err) == marked
    assert done.out == ""


def test_rej_leaves_the_users_lines_in_the_file(shop: Workshop) -> None:
    shop.copy(base={"a.txt": TEXT})
    shop.write("a.txt", MINE)
    shop.blueprints(base={"a.txt": CLASH})
    done = shop.update("--conflict", "rej")
    assert done.code == 1
    assert lines(done.err) == ["conflict      a.txt (1 conflict; the new one is a.txt.rej)"]
    assert shop.read("a.txt") == MINE
    assert shop.read("a.txt.rej") == "--- a.txt\n+++ a.txt\n@@ -1,1 +1,1 @@\n-one\n+uno\n"
    assert shop.update().code == 0


def test_marks_that_are_settled_let_the_next_update_pass(shop: Workshop) -> None:
    shop.copy(base={"a.txt": TEXT})
    shop.write("a.txt", MINE)
    shop.blueprints(base={"a.txt": CLASH})
    assert shop.update().code == 1
    shop.blueprints(base={"a.txt": CLASH.replace("five", "5")})
    before = snapshot(shop.root)
    assert shop.update().code == 1
    assert snapshot(shop.root) == before
    shop.write("a.txt", MINE)
    assert shop.update().code == 0
    assert shop.read("a.txt") == BOTH


def test_a_template_that_was_renamed_takes_the_edits_along(shop: Workshop) -> None:
    shop.copy(base={"a.txt": TEXT, "b/c.txt": "c\n" * 9})
    shop.write("a.txt", MINE)
    shop.blueprints(base={"docs/new.txt": NEW, "d.txt": "c\n" * 9})
    done = shop.update()
    assert (done.code, lines(done.out)) == (0, [
        "moved         d.txt (was b/c.txt)",
        "moved         docs/new.txt (was a.txt; your edits moved along)",
    ])  # fmt: skip
    assert shop.files() == {"docs/new.txt", "d.txt"}
    assert shop.read("docs/new.txt") == BOTH
    assert not (shop.root / "b").exists()


@pytest.mark.parametrize(
    ("text", "new", "after", "code", "said"),
    [
        (TEXT, NEW, NEW, 0, "updated       docs/mine.txt (was a.txt; you renamed it)"),
        (MINE, NEW, BOTH, 0, "merged        docs/mine.txt (was a.txt; you renamed it)"),
        (MINE, CLASH, MARKED, 1, "conflict      docs/mine.txt (was a.txt; 1 conflict; you renamed it)"),
        (MINE, TEXT, MINE, 0, "kept-deleted  a.txt (you deleted it)"),
        ("quite\nelse\n", NEW, "quite\nelse\n", 0, "kept-deleted  a.txt (you deleted it; the blueprints changed it)"),
    ],
    ids=["unedited", "edited", "overlap", "nothing new", "another file"],
)
def test_a_file_that_a_person_renamed(shop: Workshop, text: str, new: str, after: str, code: int, said: str) -> None:
    shop.copy(base={"a.txt": TEXT})
    (shop.root / "a.txt").unlink()
    shop.write("docs/mine.txt", text)
    shop.blueprints(base={"a.txt": new})
    done = shop.update()
    assert (done.code, lines(done.err if code else done.out)) == (code, [said])
    assert shop.files() == {"docs/mine.txt"}
    assert shop.read("docs/mine.txt") == after
    again = shop.update()  # refused where there are marks
    assert (again.code, "1 file with marks of an earlier conflict" in again.err) == (code, bool(code))
    assert shop.read("docs/mine.txt") == after


def test_a_file_that_both_renamed_keeps_the_name_that_the_person_gave_it(shop: Workshop) -> None:
    shop.copy(base={"a.txt": TEXT})
    (shop.root / "a.txt").unlink()
    shop.write("mine.txt", MINE)
    shop.blueprints(base={"b.txt": NEW})
    done = shop.update()
    assert (done.code, lines(done.out)) == (0, ["merged        mine.txt (was a.txt; you renamed it)"])
    assert shop.files() == {"mine.txt"}
    assert shop.read("mine.txt") == BOTH


def test_a_path_that_depends_on_the_spec_takes_the_edits_along(shop: Workshop) -> None:
    template = {"{{ project.name }}.txt.jinja": "name {{ project.name }}\n\n" + TEXT}
    shop.copy(base=template)
    shop.write("shop.txt", "name shop\n\n" + BOTH)
    done = shop.update("-d", "project.name=store")
    assert (done.code, lines(done.out)) == (0, [
        "moved         store.txt (was shop.txt; your edits moved along)",
    ])  # fmt: skip
    assert shop.read("store.txt") == "name store\n\n" + BOTH
    assert "store" in shop.read("scaffold.yml")


def test_entities_that_come_and_go(shop: Workshop) -> None:
    name = "{% yield e from entities %}{{ e.module }}{% endyield %}.txt.jinja"
    shop.copy(base={name: "{{ e.module }}\n" + TEXT})
    before = shop.files()
    shop.write("order.txt", "order\n" + MINE)
    shop.write("scaffold.yml", SPEC.replace("Order", "Invoice"))
    done = shop.update()
    assert done.code == 0
    assert shop.files() == {*before, "invoice.txt"}
    assert "kept-edited   order.txt" in done.out
    assert "created       invoice.txt" in done.out
    assert shop.read("order.txt") == "order\n" + MINE


@pytest.mark.parametrize("kind", ["file", "folder", "link"])
def test_what_is_in_the_way_of_a_new_file_stays(shop: Workshop, kind: str) -> None:
    shop.copy(base={"b.txt": "b\n"})
    if kind == "file":
        shop.write("a", "mine\n")
    elif kind == "folder":
        shop.write("a/mine", "mine\n")
    else:
        (shop.root / "a").symlink_to("/nowhere")
    shop.blueprints(base={"b.txt": "b\n", "a": TEXT})
    done = shop.update()
    said = {"file": "a file of yours", "folder": "a folder with a/mine stands there", "link": "a symbolic link"}[kind]
    assert (done.code, lines(done.err)) == (1, [f"blocked       a ({said}; the new one is a.new)"])
    assert shop.read("a.new") == TEXT
    if kind == "link":
        assert (shop.root / "a").readlink() == Path("/nowhere")
    else:
        assert shop.read("a" if kind == "file" else "a/mine") == "mine\n"


def test_a_file_turns_into_a_folder_and_back(shop: Workshop) -> None:
    shop.copy(base={"a": TEXT})
    shop.blueprints(base={"a/b": "quite\nelse\n"})
    assert shop.update().code == 0
    assert shop.files() == {"a/b"}
    shop.blueprints(base={"a": TEXT})
    assert shop.update().code == 0
    assert shop.files() == {"a"}


@pytest.mark.parametrize("text", ["#!/bin/sh\n", "#!/bin/sh\nmine\n"], ids=["unedited", "edited"])
def test_modes(shop: Workshop, text: str) -> None:
    shop.copy(base={"run.sh": "#!/bin/sh\n", "own.sh": "#!/bin/sh\n"})
    (shop.root / "own.sh").chmod(0o755)
    shop.write("run.sh", text)
    (shop.folder / "blueprints/base/template/run.sh").chmod(0o755)
    found = load_catalog(shop.folder / "blueprints")
    shop.patch.setattr(pipeline, "catalog", lambda: found)
    done = shop.update("--no-validate")
    assert (done.code, lines(done.out)) == (0, ["updated       run.sh"])
    assert shop.read("run.sh") == text
    assert [(shop.root / name).stat().st_mode & 0o777 for name in ("run.sh", "own.sh")] == [0o755, 0o755]


def test_a_blueprint_that_leaves_the_stack_and_one_that_joins(shop: Workshop) -> None:
    shop.copy(base={"a.txt": TEXT}, old={"x/old.txt": "1\n2\n3\n", "x/mine.txt": TEXT})
    shop.write("x/mine.txt", MINE)
    shop.blueprints(base={"a.txt": TEXT}, new={"new.txt": "new\n"})
    done = shop.update()
    assert done.code == 0
    assert lines(done.out) == [
        "created       new.txt",
        "kept-edited   x/mine.txt (the blueprints no longer have it, you edited it: it is yours now)",
        "deleted       x/old.txt",
    ]
    assert "  - new 1.0.0 is new\n  - old 1.0.0 has no files any more" in done.out
    assert shop.files() == {"a.txt", "new.txt", "x/mine.txt"}


def test_files_that_are_written_once_are_the_users(shop: Workshop) -> None:
    shop.copy(base={"once": "['*.md']", "a.md": TEXT, "b.txt": TEXT})
    shop.blueprints(base={"once": "['*.md']", "a.md": NEW, "b.txt": TEXT, "c.md": "c\n"})
    done = shop.update()
    assert (done.code, lines(done.out)) == (0, [
        "once          a.md (yours since the first copy; the blueprints changed it)",
        "created       c.md",
    ])  # fmt: skip
    assert shop.read("a.md") == TEXT


def test_what_was_excluded_at_the_first_copy_does_not_come_back(shop: Workshop) -> None:
    shop.blueprints(base={"a.txt": TEXT, "b.md": TEXT})
    (shop.folder / "spec.yml").write_text(SPEC)
    copied = shop.run("copy", "demo", str(shop.root), "--data-file", str(shop.folder / "spec.yml"), "-x", "*.md")
    assert copied.code == 0
    shop.blueprints(base={"a.txt": NEW, "b.md": NEW})
    assert shop.update().code == 0
    assert shop.files() == {"a.txt"}
    assert shop.read("a.txt") == NEW


def test_what_did_not_change_is_not_touched(shop: Workshop) -> None:
    shop.copy(base={"a.txt": TEXT, "b.txt": "same\n"})
    before = (shop.root / "b.txt").stat()
    shop.blueprints(base={"a.txt": NEW, "b.txt": "same\n"})
    assert shop.update().code == 0
    after = (shop.root / "b.txt").stat()
    assert (before.st_mtime_ns, before.st_ino) == (after.st_mtime_ns, after.st_ino)


@pytest.mark.parametrize("flag", ["--pretend", "--diff"])
def test_pretend_and_diff_write_nothing(shop: Workshop, flag: str) -> None:
    shop.copy(base={"a.txt": TEXT, "gone.txt": "x\n"})
    shop.write("a.txt", MINE)
    shop.blueprints(base={"a.txt": NEW, "new.txt": "new\n"})
    before = snapshot(shop.root)
    done = shop.update(flag)
    assert done.code == 0
    assert snapshot(shop.root) == before
    text = done.out if flag == "--pretend" else done.err
    assert "1 created, 1 deleted, 1 merged (0 unchanged)" in text
    assert "; nothing was written" in text
    if flag == "--diff":
        assert done.out == (
            "--- a.txt\n+++ a.txt\n@@ -2,4 +2,4 @@\n two\n three\n four\n-five\n+5\n"
            "--- gone.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n"
            "--- /dev/null\n+++ new.txt\n@@ -0,0 +1 @@\n+new\n"
        )


def test_the_report_as_json(shop: Workshop) -> None:
    shop.copy(base={"a.txt": TEXT})
    shop.write("a.txt", MINE)
    shop.blueprints(base={"a.txt": CLASH})
    done = shop.update("--json")
    data = json.loads(done.out)
    assert done.code == 1
    assert (data["version"], data["status"], data["conflicts"], data["changes"]) == (1, "updated", ["a.txt"], ["a.txt"])
    assert data["outcomes"] == [
        {"path": "a.txt", "outcome": "conflict", "was": None, "beside": None, "conflicts": 1, "reason": ""}
    ]


# Slots.


def test_a_slot_that_a_person_edited_is_that_persons(shop: Workshop) -> None:
    slots = "# head\n# slot: shop.one\n{0}\n# end slot\n\n# slot: shop.two\n{1}\n# end slot\n# tail\n"
    shop.copy(base={"a.py": slots.format("x = 1", "y = 1")})
    shop.write("a.py", slots.format("x = 'mine'", "y = 1"))
    shop.blueprints(base={"a.py": slots.format("x = 2", "y = 2")})
    done = shop.update("--no-validate")
    assert (done.code, lines(done.out)) == (0, ["merged        a.py"])
    assert "  - shop.one: you edited it, so it keeps your text\n" in done.out
    assert shop.read("a.py") == slots.format("x = 'mine'", "y = 2")
    assert shop.update().code == 0
    assert shop.run("check", str(shop.root)).code == 0


# The spec.


def test_the_spec_on_disk_is_what_counts(shop: Workshop) -> None:
    shop.copy(base={"a.txt.jinja": "{{ project.name }}\n"})
    shop.write("scaffold.yml", SPEC.replace("shop", "store"))
    assert shop.run("check", str(shop.root)).code == 1
    assert shop.update().code == 0
    assert shop.read("a.txt") == "store\n"
    assert shop.run("check", str(shop.root)).code == 0


def test_a_spec_that_was_edited_is_not_replaced_unasked(shop: Workshop) -> None:
    shop.copy(base={"a.txt.jinja": "{{ project.name }}\n"})
    other = shop.folder / "other.yml"
    other.write_text(SPEC.replace("shop", "other"))
    shop.write("scaffold.yml", SPEC + "# mine\n")
    done = shop.update("--data-file", str(other))
    assert done.code == 2
    assert "scaffold.yml was edited since the last run, and --data-file would replace it" in done.err
    assert shop.update("--data-file", str(other), "--force").code == 0
    assert shop.read("scaffold.yml") == SPEC.replace("shop", "other")


def test_a_spec_with_an_error_changes_nothing(shop: Workshop) -> None:
    shop.copy(base={"a.txt": TEXT})
    shop.write("scaffold.yml", SPEC + "entitles: {}\n")
    before = snapshot(shop.root)
    assert shop.update().code == 2
    (shop.root / "scaffold.yml").unlink()
    done = shop.update()
    assert (done.code, "has no scaffold.yml" in done.err) == (2, True)
    (shop.root / "scaffold.yml").write_text(SPEC + "entitles: {}\n")
    assert snapshot(shop.root) == before


# Git.


def test_uncommitted_changes_are_refused(shop: Workshop) -> None:
    shop.copy(base={"a.txt": TEXT, "b.txt": TEXT})
    shop.commit()
    shop.write("a.txt", MINE)
    shop.write("scratch.txt", "nobody cares\n")
    shop.write("scaffold.yml", SPEC + "# edited\n")
    shop.blueprints(base={"a.txt": NEW, "b.txt": TEXT})
    before = snapshot(shop.root)
    done = shop.update()
    assert done.code == 2
    assert done.err == (
        f"error: {shop.root} has uncommitted changes: a.txt; nothing was changed\n"
        "hint: commit or stash them, or pass --force\n"
    )
    assert shop.update("--pretend").code == 0
    assert snapshot(shop.root) == before
    assert shop.update("--force").code == 0
    assert shop.read("a.txt") == BOTH


def test_a_project_that_was_never_committed_is_refused(shop: Workshop) -> None:
    shop.copy(base={"a.txt": TEXT})
    shop.git("init", "-q")
    done = shop.update()
    assert (done.code, "uncommitted changes: a.txt" in done.err) == (2, True)


def test_a_project_in_a_folder_of_a_larger_repository(shop: Workshop) -> None:
    shop.copy(base={"a.txt": TEXT})
    shop.git("init", "-q", str(shop.folder))
    shop.git("add", ".")
    shop.git("commit", "-q", "-m", "first")
    (shop.folder / "elsewhere.txt").write_text("not ours\n")
    assert shop.update().code == 0
    shop.write("a.txt", MINE)
    assert "uncommitted changes: a.txt;" in shop.update().err


def test_without_a_git_program_it_says_what_it_could_not_look_for(shop: Workshop) -> None:
    shop.copy(base={"a.txt": TEXT})
    shop.commit()
    shop.blueprints(base={"a.txt": NEW})
    shop.patch.setenv("PATH", str(shop.folder / "empty"))
    done = shop.update("--no-validate")
    assert done.code == 0
    assert "whether all is committed: git cannot be run: No such file or directory" in done.out
    assert shop.read("a.txt") == NEW


# State.


def _lock(shop: Workshop) -> Path:
    return shop.root / LOCK


@pytest.mark.parametrize(
    ("damage", "message", "hint"),
    [
        ("no state", "has no .scaffold/lock.json, so it is no project of scaffolder", "state rebuild"),
        ("no project", "has no .scaffold/lock.json, so it is no project of scaffolder", "`scaffolder copy` made"),
        ("cut off", ".scaffold/lock.json cannot be read: ", "state rebuild"),
        ("newer", ".scaffold/lock.json has version 99, this scaffolder reads 1", "or a newer one"),
        ("merge", ".scaffold/lock.json cannot be read: it has the marks of a merge conflict", "state rebuild"),
        ("base merge", ".scaffold/base.jsonl cannot be read: it has the marks of a merge conflict", "state rebuild"),
        ("other base", ".scaffold/base.jsonl does not fit .scaffold/lock.json: a.txt", "state rebuild"),
    ],
)
@pytest.mark.parametrize("command", ["update", "check"])
def test_a_state_that_cannot_be_used(shop: Workshop, damage: str, message: str, hint: str, command: str) -> None:
    shop.copy(base={"a.txt": TEXT})
    marks = "<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> other\n"
    if damage in {"no state", "no project"}:
        shutil.rmtree(shop.root / ".scaffold")
        if damage == "no project":
            (shop.root / "scaffold.yml").unlink()
    elif damage == "cut off":
        _lock(shop).write_text(_lock(shop).read_text()[:60])
    elif damage == "newer":
        _lock(shop).write_text(_lock(shop).read_text().replace('"version": 1,', '"version": 99,', 1))
    elif damage == "merge":
        _lock(shop).write_text(marks)
    elif damage == "base merge":
        (shop.root / BASE).write_text(marks)
    else:
        (shop.root / BASE).write_text((shop.root / BASE).read_text().replace("five", "six"))
    before = snapshot(shop.root)
    done = shop.run(command, str(shop.root))
    assert done.code == 2
    assert message in done.err
    assert hint in done.err.splitlines()[-1]
    assert snapshot(shop.root) == before


@pytest.mark.parametrize("damage", ["merge", "lost"])
def test_state_rebuild_is_the_way_out(shop: Workshop, damage: str) -> None:
    shop.copy(base={"a.txt": TEXT, "b.txt": TEXT, "c.txt": TEXT})
    sound = snapshot(shop.root)
    refused = shop.run("state", "rebuild", str(shop.root))
    assert (refused.code, refused.out.endswith("the state was sound already; nothing was written\n")) == (0, True)
    shop.write("b.txt", MINE)
    (shop.root / "c.txt").unlink()
    text = _lock(shop).read_text()
    if damage == "merge":
        _lock(shop).write_text(text.replace("{\n", "{\n<<<<<<< HEAD\n", 1) + ">>>>>>> other\n")
    else:
        _lock(shop).unlink()
        unknown = shop.run("state", "rebuild", str(shop.root))
        assert unknown.code == 2
        assert "hint: pass --source (demo)" in unknown.err
    source = ("--source", "demo") if damage == "lost" else ()
    done = shop.run("state", "rebuild", str(shop.root), *source)
    assert done.code == 0
    assert "1 on disk are just so, 1 differ and count as edited by people, 1 are missing" in done.out
    assert "  differs  b.txt\n  missing  c.txt\n" in done.out
    now = snapshot(shop.root)
    assert all(now[path] == sound[path] for path in sound if path.startswith(".scaffold"))
    assert shop.update().code == 0


def test_state_rebuild_does_not_swallow_an_update(shop: Workshop) -> None:
    shop.copy(base={"a.txt": TEXT})
    shop.blueprints(base={"a.txt": NEW})
    done = shop.run("state", "rebuild", str(shop.root))
    assert done.code == 2
    assert "is sound, there is nothing to mend" in done.err


def test_two_branches_that_were_each_updated_are_merged_with_rebuild(shop: Workshop) -> None:
    name = "{% yield e from entities %}{{ e.module }}{% endyield %}.txt.jinja"
    spec = SPEC + "".join(f"  Filler{number}: {{name: string}}\n" for number in range(8))
    shop.copy(base={name: "{{ e.module }}\n"})
    shop.write("scaffold.yml", spec)
    assert shop.update().code == 0
    shop.commit()
    main = shop.git("branch", "--show-current").strip()
    shop.git("checkout", "-q", "-b", "one")
    shop.write("scaffold.yml", spec.replace("  Order", "  Apple: {name: string}\n  Order"))
    assert shop.update().code == 0
    shop.commit()
    shop.git("checkout", "-q", main)
    shop.write("scaffold.yml", spec + "  Zebra: {name: string}\n")
    assert shop.update().code == 0
    shop.commit()
    try:
        shop.git("merge", "one")
    except subprocess.CalledProcessError:
        marked = shop.git("diff", "--name-only", "--diff-filter=U").split()
        assert set(marked) <= {LOCK, BASE}
        assert shop.update("--force").code == 2
        assert shop.run("state", "rebuild", str(shop.root)).code == 0
    shop.commit()
    assert {"apple.txt", "zebra.txt", "order.txt"} <= shop.files()
    assert shop.run("check", str(shop.root), "--edits").out.endswith("Nobody edited what scaffolder wrote.\n")
    assert shop.update().code == 0


# The command line.


def test_an_error_as_json(shop: Workshop) -> None:
    shop.copy(base={"a.txt": TEXT})
    _lock(shop).write_text("{")
    done = shop.update("--json")
    data = json.loads(done.out)
    assert (done.code, data["status"], data["version"]) == (2, "failed", 1)
    assert data["error"].startswith(".scaffold/lock.json cannot be read: ")
    assert "state rebuild" in data["hint"]


def test_quiet_is_quiet_unless_there_is_something_to_settle(shop: Workshop) -> None:
    shop.copy(base={"a.txt": TEXT})
    shop.blueprints(base={"a.txt": NEW})
    done = shop.update("-q")
    assert (done.code, done.out, done.err) == (0, "", "")
    shop.write("a.txt", NEW.replace("one", "1"))
    shop.blueprints(base={"a.txt": NEW.replace("one", "uno")})
    done = shop.update("-q")
    assert (done.code, done.out) == (1, "")
    assert "conflict      a.txt (1 conflict)" in done.err


def test_a_blueprint_that_cannot_be_rendered_changes_nothing(shop: Workshop) -> None:
    shop.copy(base={"a.txt": TEXT})
    shop.blueprints(base={"a.txt.jinja": "{{ nothing }}\n"})
    before = snapshot(shop.root)
    done = shop.update()
    assert done.code == 2
    assert "1 error in the blueprints; nothing was written" in done.err
    assert "base/template/a.txt.jinja:1: 'nothing' is undefined" in done.err
    checked = shop.run("check", str(shop.root))
    assert (checked.code, "1 error in the blueprints" in checked.out) == (2, True)
    assert snapshot(shop.root) == before


def test_a_stack_that_is_gone(shop: Workshop) -> None:
    shop.copy(base={"a.txt": TEXT})
    (shop.folder / "blueprints/stacks.yml").write_text("other:\n  description: A test.\n  blueprints: [base]\n")
    found = load_catalog(shop.folder / "blueprints")
    shop.patch.setattr(pipeline, "catalog", lambda: found)
    done = shop.update()
    assert done.code == 2
    assert "there is no stack or blueprint 'demo'" in done.err


def test_a_project_that_is_a_link_is_refused(shop: Workshop) -> None:
    shop.copy(base={"a.txt": TEXT})
    (shop.folder / "link").symlink_to(shop.root)
    done = shop.run("update", str(shop.folder / "link"))
    assert (done.code, "is a symbolic link" in done.err) == (2, True)


def test_in_the_project_itself_no_path_is_needed(shop: Workshop) -> None:
    shop.copy(base={"a.txt": TEXT})
    shop.blueprints(base={"a.txt": NEW})
    shop.patch.chdir(shop.root)
    assert shop.run("check").code == 1
    assert shop.run("update").code == 0
    assert shop.run("check").code == 0
    assert shop.run("explain", "a.txt:1").out.startswith("a.txt:1: from a template\n")
    assert shop.read("a.txt") == NEW


# Recopy.


def test_recopy_starts_over_but_for_what_is_written_once(shop: Workshop) -> None:
    shop.copy(base={"once": "['*.md']", "a.txt": TEXT, "b.txt": TEXT, "once.md": TEXT, "gone.txt": "x\n"})
    shop.write("a.txt", MINE)
    shop.write("once.md", MINE)
    shop.write("own.txt", "mine\n")
    (shop.root / "b.txt").unlink()
    shop.blueprints(base={"once": "['*.md']", "a.txt": NEW, "b.txt": NEW, "once.md": NEW})
    before = snapshot(shop.root)
    done = shop.run("recopy", str(shop.root))
    assert done.code == 1
    assert "edits in 1 file would be given up; nothing was written" in done.err
    assert lines(done.err) == ["replaced      a.txt"]
    assert snapshot(shop.root) == before
    done = shop.run("recopy", str(shop.root), "--overwrite")
    assert done.code == 0
    assert (shop.read("a.txt"), shop.read("b.txt"), shop.read("once.md")) == (NEW, NEW, MINE)
    assert shop.files() == {"a.txt", "b.txt", "once.md", "own.txt"}
    assert shop.run("check", str(shop.root)).code == 0


# What happens meanwhile.


def test_a_file_that_changes_while_the_update_runs_is_refused(shop: Workshop) -> None:
    shop.copy(base={"a.txt": TEXT, "b.txt": TEXT})
    shop.blueprints(base={"a.txt": NEW, "b.txt": NEW})
    sync = journal.sync

    def meanwhile(folder: str, paths: list[str]) -> None:
        sync(folder, paths)
        shop.write("b.txt", MINE)

    with shop.patch.context() as patch:
        patch.setattr("scaffolder.journal.sync", meanwhile)
        done = shop.update()
    assert done.code == 2
    assert "somebody changed files of" in done.err
    assert "b.txt; nothing was changed" in done.err
    assert (shop.read("a.txt"), shop.read("b.txt")) == (TEXT, MINE)
    assert not (shop.root / ".scaffold/journal").exists()
    assert shop.update().code == 0
    assert shop.read("b.txt") == BOTH


def test_a_full_disk_changes_nothing(shop: Workshop) -> None:
    shop.copy(base={"a.txt": TEXT, "b.txt": TEXT})
    shop.blueprints(base={"a.txt": NEW, "b.txt": NEW})
    before = snapshot(shop.root)

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with shop.patch.context() as patch:
        patch.setattr("scaffolder.files.os.write", full)
        done = shop.update("--no-validate")
    assert done.code == 2
    assert "no space left on the device" in done.err
    assert snapshot(shop.root) == before


def test_a_run_that_was_cut_short_is_finished_first(shop: Workshop) -> None:
    shop.copy(base={"a.txt": TEXT, "b.txt": TEXT})
    shop.blueprints(base={"a.txt": NEW, "b.txt": NEW})
    rename = os.rename

    def killed(source: str, target: str) -> None:
        rename(source, target)
        raise SystemExit  # as abrupt as it gets without a process of its own

    with shop.patch.context() as patch:
        patch.setattr("scaffolder.journal.os.rename", killed)
        with pytest.raises(SystemExit):
            shop.update()
    for command in ("check", "update"):
        looked = shop.run(command, str(shop.root), *(["--pretend"] if command == "update" else []))
        assert looked.code == 2
        assert "was cut short, or is still writing" in looked.err
    done = shop.update()
    assert done.code == 0
    assert "was cut short; it was completed first, so this is the new project." in done.err
    assert (shop.read("a.txt"), shop.read("b.txt")) == (NEW, NEW)
    assert not (shop.root / ".scaffold/journal").exists()
