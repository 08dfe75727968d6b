"""Writing: what is created, kept, refused, and that a refusal changes nothing."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from scaffolder import files as low
from scaffolder import journal
from scaffolder.errors import ConflictError, DestinationError, ScaffolderError
from scaffolder.journal import JOURNAL
from scaffolder.tree import Tree
from scaffolder.updating.disk import Disk
from scaffolder.write import recover, write_changes, write_tree
from tests.support.blueprints import file, snapshot, tree

TREE = Tree([file("app/main.py", "new\n"), file("run.sh", "run\n", 0o755), file(".scaffold/lock.json", "{}\n")])
WRITTEN = {
    ".scaffold": ("dir 755", b""),
    ".scaffold/lock.json": ("file 644", b"{}\n"),
    "app": ("dir 755", b""),
    "app/main.py": ("file 644", b"new\n"),
    "run.sh": ("file 755", b"run\n"),
}


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o777])
@pytest.mark.parametrize("kind", ["missing", "empty", "deep", "with content"])
def test_writes_the_same_modes_whatever_the_umask(tmp_path: Path, kind: str, umask: int) -> None:
    destination = tmp_path / ("a/b/out" if kind == "deep" else "out")
    if kind in {"empty", "with content"}:
        destination.mkdir()
    if kind == "with content":
        (destination / "mine").write_text("mine\n")
    before = os.umask(umask)
    try:
        result = write_tree(TREE, destination)
    finally:
        os.umask(before)

    assert result.written
    assert set(result.actions.values()) == {"create"}
    found = snapshot(destination)
    assert found.pop("mine", ("", b"mine\n"))[1] == b"mine\n"
    assert found == WRITTEN
    assert [path.name for path in destination.parent.iterdir()] == ["out"]


def test_an_empty_destination_keeps_its_own_mode(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir(mode=0o700)
    write_tree(TREE, tmp_path / "out")
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o700


def test_the_current_directory_stays_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    before = tmp_path.stat().st_ino
    write_tree(TREE, Path())
    assert tmp_path.stat().st_ino == before
    assert snapshot(tmp_path) == WRITTEN


def test_a_second_run_touches_nothing(tmp_path: Path) -> None:
    write_tree(TREE, tmp_path / "out")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*")}

    result = write_tree(TREE, tmp_path / "out")

    assert result.written
    assert set(result.actions.values()) == {"identical"}
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*")} == before


def test_all_conflicts_are_listed_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app/main.py").write_text("mine\n")
    (tmp_path / "run.sh").write_text("run\n")  # the same bytes, not executable
    before = snapshot(tmp_path)

    result = write_tree(TREE, tmp_path)

    assert (result.written, result.conflicts) == (False, ("app/main.py", "run.sh"))
    assert result.actions[".scaffold/lock.json"] == "create"
    assert snapshot(tmp_path) == before
    with pytest.raises(ConflictError, match=r"2 existing file\(s\) differ .*: app/main.py, run.sh"):
        result.require_no_conflicts()


def test_overwrite_keep_skip_and_exclude(tmp_path: Path) -> None:
    names = ["a.txt", "b.txt", "docs/c.md", "docs/d.txt", "e.md", "f.txt"]
    for name in names[:5]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("mine\n")
    new = tree(dict.fromkeys(names, "new\n"))

    result = write_tree(new, tmp_path, overwrite=True, skip=["*.md"], exclude=["docs/d.txt"], keep={"b.txt"})

    assert dict(result.actions) == {
        "a.txt": "overwrite",
        "b.txt": "skip",
        "docs/c.md": "skip",
        "docs/d.txt": "exclude",
        "e.md": "skip",
        "f.txt": "create",
    }
    assert [path for path in names if (tmp_path / path).read_text() == "new\n"] == ["a.txt", "f.txt"]


def test_skip_creates_what_is_missing_and_exclude_does_not(tmp_path: Path) -> None:
    result = write_tree(tree({"a.md": "x\n", "b.py": "x\n"}), tmp_path / "out", skip=["*.md"], exclude=["*.py"])
    assert dict(result.actions) == {"a.md": "create", "b.py": "exclude"}
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.md"]


def test_our_own_state_is_never_a_conflict(tmp_path: Path) -> None:
    write_tree(TREE, tmp_path / "out")
    result = write_tree(TREE.replace([file(".scaffold/lock.json", "{1}\n")]), tmp_path / "out")
    assert result.written
    assert (tmp_path / "out/.scaffold/lock.json").read_text() == "{1}\n"


@pytest.mark.parametrize("kind", ["missing", "empty", "with content"])
def test_pretend_writes_nothing(tmp_path: Path, kind: str) -> None:
    if kind != "missing":
        (tmp_path / "out").mkdir()
    if kind == "with content":
        (tmp_path / "out/run.sh").write_text("mine\n")
    before = snapshot(tmp_path)

    result = write_tree(TREE, tmp_path / "out", overwrite=True, pretend=True)

    assert not result.written
    assert result.actions["run.sh"] == ("overwrite" if kind == "with content" else "create")
    assert snapshot(tmp_path) == before


def _prepare(root: Path, kind: str) -> Path:
    (root / "elsewhere").mkdir()
    out = root / "out"
    match kind:
        case "file":
            out.write_text("x")
        case "link to a folder" | "dangling link":
            out.symlink_to("elsewhere" if "folder" in kind else "nowhere")
        case "below a file":
            out.write_text("x")
            return out / "deep"
        case "link inside":
            out.mkdir()
            (out / "app").symlink_to(root / "elsewhere")
        case "file for a folder":
            out.mkdir()
            (out / "app").write_text("x")
        case "folder for a file":
            (out / "run.sh").mkdir(parents=True)
        case "link for our state":
            out.mkdir()
            (out / ".scaffold").symlink_to(root / "elsewhere")
    return out


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("file", "is not a directory"),
        ("link to a folder", "is a symbolic link .*give the place itself: .*elsewhere"),
        ("dangling link", "is a symbolic link"),
        ("below a file", "is not a directory"),
        ("link inside", r"app/main.py \(app is a symbolic link\); nothing was changed"),
        ("file for a folder", r"app/main.py \(app is a file\)"),
        ("folder for a file", r"run.sh \(is a directory or a device\)"),
        ("link for our state", r"\.scaffold is a symbolic link"),
    ],
)
def test_refuses_destinations_that_are_not_safe(tmp_path: Path, kind: str, message: str) -> None:
    destination = _prepare(tmp_path, kind)
    before = snapshot(tmp_path)

    with pytest.raises(DestinationError, match=message):
        write_tree(TREE, destination, overwrite=True)
    assert snapshot(tmp_path) == before


def test_refuses_a_relative_destination_that_leads_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "here/link").symlink_to(tmp_path / "elsewhere")
    monkeypatch.chdir(tmp_path / "here")

    with pytest.raises(DestinationError, match="leads out of the current directory by way of a symbolic link"):
        write_tree(TREE, Path("link/out"))
    write_tree(TREE, Path("../elsewhere/out"))
    assert snapshot(tmp_path / "elsewhere/out") == WRITTEN


def test_a_link_in_the_place_of_a_file_is_replaced_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("mine\n")
    (tmp_path / "out").mkdir()
    (tmp_path / "out/run.sh").symlink_to(tmp_path / "target")

    assert write_tree(TREE, tmp_path / "out").conflicts == ("run.sh",)
    write_tree(TREE, tmp_path / "out", overwrite=True)

    assert (tmp_path / "target").read_text() == "mine\n"
    assert snapshot(tmp_path / "out") == WRITTEN


@pytest.mark.parametrize("kind", ["missing", "deep", "empty", "with content"])
@pytest.mark.parametrize("fails_at", [0, 1, 2])
def test_a_failing_write_leaves_no_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, fails_at: int
) -> None:
    destination = tmp_path / ("a/b/out" if kind == "deep" else "out")
    if kind in {"empty", "with content"}:
        destination.mkdir()
    if kind == "with content":
        (destination / "run.sh").write_text("mine\n")
    before = snapshot(tmp_path)
    count = iter(range(100))
    write = os.write

    def failing(descriptor: int, data: bytes) -> int:
        if data[:1] in (b"n", b"r", b"{") and next(count) == fails_at:
            raise OSError(28, "No space left on device")
        return write(descriptor, data)

    monkeypatch.setattr(low.os, "write", failing)
    with pytest.raises(DestinationError, match=r"no space left on the device.*nothing was changed.*make room"):
        write_tree(TREE, destination, overwrite=True)

    assert snapshot(tmp_path) == before


def test_short_writes_are_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(low.os, "write", lambda descriptor, data: write(descriptor, data[:3]))
    write_tree(tree({"a": "0123456789" * 10}), tmp_path / "out")
    assert (tmp_path / "out/a").read_text() == "0123456789" * 10


def test_without_syncfs_each_file_is_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    monkeypatch.setattr(low, "_syncfs", lambda _folder: False)
    monkeypatch.setattr(low, "sync_one", synced.append)
    write_tree(TREE, tmp_path / "out")
    assert sorted(os.path.basename(path) for path in synced) == ["lock.json", "main.py", "run.sh"]  # noqa: PTH119


def test_an_interrupt_before_the_commit_takes_everything_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/run.sh").write_text("mine\n")
    before = snapshot(tmp_path)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("scaffolder.journal.sync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_tree(TREE, tmp_path / "out", overwrite=True)
    assert snapshot(tmp_path) == before


def _interrupt_renames(monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    rename, count = os.rename, iter(range(100))

    def interrupted(source: str, target: str) -> None:
        if next(count) == after:
            raise KeyboardInterrupt
        rename(source, target)

    monkeypatch.setattr("scaffolder.journal.os.rename", interrupted)


@pytest.mark.parametrize("after", [0, 1, 2])
def test_an_interrupt_after_the_commit_is_completed_by_the_next_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    (tmp_path / "run.sh").write_text("mine\n")
    with monkeypatch.context() as patch:
        _interrupt_renames(patch, after)
        with pytest.raises(KeyboardInterrupt):
            write_tree(TREE, tmp_path, overwrite=True)
    assert write_tree(TREE, tmp_path, pretend=True).recovered is not None
    assert (tmp_path / JOURNAL).is_dir()

    recovered = recover(tmp_path)

    assert recovered is not None
    assert (recovered.action, recovered.kept) == ("completed", ())
    assert snapshot(tmp_path) == WRITTEN
    assert recover(tmp_path) is None


def test_what_was_edited_since_a_killed_run_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "run.sh").write_text("mine\n")
    with monkeypatch.context() as patch:
        _interrupt_renames(patch, 0)
        with pytest.raises(KeyboardInterrupt):
            write_tree(TREE, tmp_path, overwrite=True)
    (tmp_path / "run.sh").write_text("edited since\n")

    recovered = recover(tmp_path)

    assert recovered is not None
    assert recovered.kept == ("run.sh",)
    assert (tmp_path / "run.sh").read_text() == "edited since\n"
    assert (tmp_path / "run.sh.new").read_text() == "run\n"
    assert (tmp_path / "app/main.py").read_text() == "new\n"


def test_a_journal_in_use_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / JOURNAL).mkdir(parents=True)
    (tmp_path / JOURNAL / "manifest.json").write_text("{}")
    lock = low.try_lock(str(tmp_path / JOURNAL))
    assert lock is not None
    try:
        with pytest.raises(DestinationError, match="another run is writing"):
            write_tree(TREE, tmp_path)
    finally:
        os.close(lock)
    recovered = recover(tmp_path)
    assert recovered is not None
    assert recovered.action == "rolled back"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("manifest", "message"),
    [
        ("{", "cannot be read"),
        ('{"version": 9}', "another version"),
        ('{"version": 2, "folders": [], "files": [["../../x", null]], "deletes": []}', "is not ours"),
        ('{"version": 2, "folders": ["/x"], "files": [], "deletes": []}', "is not ours"),
        ('{"version": 2, "folders": [], "files": [], "deletes": [["../x", ""]]}', "is not ours"),
    ],
)
def test_a_committed_journal_that_makes_no_sense_is_an_error(tmp_path: Path, manifest: str, message: str) -> None:
    (tmp_path / JOURNAL).mkdir(parents=True)
    (tmp_path / JOURNAL / "manifest.json").write_text(manifest)
    (tmp_path / JOURNAL / "commit").touch()
    before = snapshot(tmp_path)

    with pytest.raises(DestinationError, match=message):
        write_tree(TREE, tmp_path)
    assert snapshot(tmp_path) == before


def test_leftovers_of_dead_processes_are_removed_and_nothing_else(tmp_path: Path) -> None:
    dead = tmp_path / ".out.scaffolder-99999999-0123abcd"
    others = [".out.scaffolder-1-0123abcd", ".out.scaffolder-99999999-xyz", "out.scaffolder-99999999-0123abcd"]
    for folder in (dead, *(tmp_path / name for name in others)):
        (folder / "deep").mkdir(parents=True)
    (tmp_path / ".f.scaffolder-99999999-0123abcd").touch()
    locked = tmp_path / ".x.scaffolder-99999998-0123abcd"
    locked.mkdir()
    lock = low.try_lock(str(locked))
    assert lock is not None
    try:
        write_tree(TREE, tmp_path / "out")
    finally:
        os.close(lock)

    left = {path.name for path in tmp_path.iterdir()}
    assert left == {*others, "out", ".f.scaffolder-99999999-0123abcd", locked.name}


def test_bad_patterns_are_refused_before_anything_is_done(tmp_path: Path) -> None:
    with pytest.raises(ScaffolderError, match="is not a path pattern"):
        write_tree(TREE, tmp_path / "out", skip=["!a"])
    assert list(tmp_path.iterdir()) == []


def test_names_up_to_the_limit_can_be_written(tmp_path: Path) -> None:
    write_tree(TREE, tmp_path / ("n" * 255))
    assert snapshot(tmp_path / ("n" * 255)) == WRITTEN


def changes(root: Path, wanted: dict[str, str], deletes: list[str]) -> None:
    """Do to the project in `root` what `wanted` and `deletes` say, in one step."""
    disk = Disk(str(root))
    for path in (*wanted, *deletes):
        disk.get(path)
    write_changes(list(tree(wanted).values()), deletes, disk, root)


def contents(root: Path) -> dict[str, str]:
    return {name: content.decode() for name, (kind, content) in snapshot(root).items() if kind.startswith("file")}


PROJECT = tree({"a": "1\n", "docs/b": "2\n", "docs/c": "3\n", "mine/d": "4\n"})


@pytest.mark.parametrize(
    ("wanted", "deletes", "expected"),
    [
        ({"a": "new\n"}, ["docs/b"], {"a": "new\n", "docs/c": "3\n", "mine/d": "4\n"}),
        ({}, ["docs/b", "docs/c"], {"a": "1\n", "mine/d": "4\n"}),
        ({"docs/e": "5\n"}, ["docs/b", "docs/c"], {"a": "1\n", "docs/e": "5\n", "mine/d": "4\n"}),
        ({"a/x/y": "5\n"}, ["a"], {"a/x/y": "5\n", "docs/b": "2\n", "docs/c": "3\n", "mine/d": "4\n"}),
        ({"docs": "5\n"}, ["docs/b", "docs/c"], {"a": "1\n", "docs": "5\n", "mine/d": "4\n"}),
    ],
    ids=["both", "a folder that gets empty goes", "a folder is filled anew", "file to folder", "folder to file"],
)
def test_files_are_written_and_deleted_in_one_step(
    tmp_path: Path, wanted: dict[str, str], deletes: list[str], expected: dict[str, str]
) -> None:
    write_tree(PROJECT, tmp_path)
    changes(tmp_path, wanted, deletes)
    assert contents(tmp_path) == expected
    assert all(any(path.iterdir()) for path in tmp_path.rglob("*") if path.is_dir())


@pytest.mark.parametrize("after", range(6))
def test_an_interrupted_change_with_deletions_is_completed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    write_tree(PROJECT, tmp_path)
    count = iter(range(100))

    def interrupted(function: Callable[..., None]) -> Callable[..., None]:
        def call(*arguments: str, **options: int) -> None:
            if options or "/.scaffold/journal/" in arguments[-1]:
                return function(*arguments, **options)
            if next(count) == after:
                raise KeyboardInterrupt
            return function(*arguments)

        return call

    with monkeypatch.context() as patch:
        patch.setattr("scaffolder.journal.os.rename", interrupted(os.rename))
        patch.setattr("scaffolder.journal.os.unlink", interrupted(os.unlink))
        if after < 5:
            with pytest.raises(KeyboardInterrupt):
                changes(tmp_path, {"docs": "5\n", "a/x": "6\n"}, ["a", "docs/b", "docs/c"])
        else:
            changes(tmp_path, {"docs": "5\n", "a/x": "6\n"}, ["a", "docs/b", "docs/c"])
    recovered = recover(tmp_path)
    assert (recovered is not None) == (after < 5)
    assert contents(tmp_path) == {"a/x": "6\n", "docs": "5\n", "mine/d": "4\n"}


def test_what_was_edited_since_a_killed_run_is_not_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(PROJECT, tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr("scaffolder.journal._roll_forward", _interrupt)
        with pytest.raises(KeyboardInterrupt):
            changes(tmp_path, {}, ["a", "docs/b"])
    (tmp_path / "a").write_text("mine\n")
    recovered = recover(tmp_path)
    assert recovered is not None
    assert recovered.kept == ("a",)
    assert contents(tmp_path) == {"a": "mine\n", "docs/c": "3\n", "mine/d": "4\n"}


def _interrupt(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("path", "happens"),
    [("a", "edited"), ("a", "deleted"), ("docs/b", "edited"), ("new", "appeared"), ("docs/c", "turned into a folder")],
)
def test_a_file_that_changes_meanwhile_stops_the_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, happens: str
) -> None:
    write_tree(PROJECT, tmp_path)
    sync = journal.sync

    def meanwhile(folder: str, paths: list[str]) -> None:
        sync(folder, paths)
        target = tmp_path / path
        if happens in {"deleted", "turned into a folder"}:
            target.unlink()
        if happens == "turned into a folder":
            target.mkdir()
        if happens in {"edited", "appeared"}:
            target.write_text("mine\n")
        nonlocal before
        before = snapshot_without_state(tmp_path)

    before: object = None
    monkeypatch.setattr("scaffolder.journal.sync", meanwhile)
    with pytest.raises(DestinationError, match=rf"somebody changed files of .*: {path}; nothing was changed"):
        changes(tmp_path, {"a": "new\n", "new": "new\n", "deep/er": "x\n"}, ["docs/b", "docs/c"])
    after = snapshot_without_state(tmp_path)
    assert {name: one for name, one in before.items() if name != "deep"} == after  # type: ignore[attr-defined]


def snapshot_without_state(root: Path) -> dict[str, tuple[str, bytes]]:
    return {name: one for name, one in snapshot(root).items() if not name.startswith(".scaffold")}
