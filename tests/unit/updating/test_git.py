"""What git says of a project, and that it need not be there."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from scaffolder.updating.git import Uncommitted, blame, merged_versions, uncommitted


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project in a folder of a repository, all of it committed."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    root = tmp_path / "repository/grüße project"
    root.mkdir(parents=True)
    for name in ("a.txt", "b.txt", "ü ber.txt"):
        (root / name).write_text("one\ntwo\n")
    git(root, "init", "-q", str(root.parent))
    git(root, "add", ".")
    git(root, "commit", "-qm", "The first: all of it")
    return root


def git(folder: Path, *arguments: str) -> None:
    command = ["git", "-c", "user.name=Ann Lee", "-c", "user.email=ann@example.org", *arguments]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


def test_all_is_committed(root: Path) -> None:
    assert uncommitted(root) == Uncommitted()


def test_changes_are_told_with_paths_of_the_project(root: Path) -> None:
    (root / "ü ber.txt").write_text("changed\n")
    (root / "new.txt").write_text("new\n")
    (root.parent / "elsewhere.txt").write_text("not ours\n")
    git(root, "mv", "a.txt", "moved.txt")
    git(root, "rm", "-q", "b.txt")
    assert uncommitted(root) == Uncommitted(("b.txt", "moved.txt", "ü ber.txt"), ("new.txt",))


def test_inside_a_hook_the_repository_of_the_project_is_asked(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    assert uncommitted(root) == Uncommitted()


def test_without_a_repository_there_is_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert uncommitted(tmp_path) == Uncommitted()


def test_a_repository_that_is_broken_is_said(root: Path) -> None:
    (root.parent / ".git/HEAD").unlink()
    assert uncommitted(root).unknown.startswith("fatal: not a git repository")


def test_blame(root: Path) -> None:
    (root / "a.txt").write_text("one\nzwei\n")
    found = blame(root, "a.txt", 1)
    assert found is not None
    assert (found.author, found.summary) == ("Ann Lee", "The first: all of it")
    assert blame(root, "a.txt") == found
    assert blame(root, "a.txt", 2) is None
    (root / "new.txt").write_text("new\n")
    assert blame(root, "new.txt", 1) is None
    assert blame(root, "new.txt") is None


def test_the_versions_of_two_branches_that_are_merged(root: Path) -> None:
    paths = ["a.txt", "ü ber.txt", "gone.txt", "new\nline"]
    assert merged_versions(root, paths) == {}
    git(root, "checkout", "-qb", "other")
    (root / "a.txt").write_text("theirs\n")
    git(root, "commit", "-qam", "theirs")
    git(root, "checkout", "-q", "-")
    (root / "a.txt").write_text("ours\n")
    git(root, "commit", "-qam", "ours")
    with pytest.raises(subprocess.CalledProcessError):
        git(root, "merge", "other")
    (root / "a.txt").write_text("settled\n")
    both = b"one\ntwo\n"
    assert merged_versions(root, paths) == {"a.txt": (b"ours\n", b"theirs\n"), "ü ber.txt": (both, both)}


def test_without_git_there_are_no_versions(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert merged_versions(root, ["a.txt"]) == {}
