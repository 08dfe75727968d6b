"""The states of two branches become one, whatever of them git could merge by itself."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from scaffolder.state import BASE, LOCK, Used, state_files
from scaffolder.tree import Tree
from scaffolder.updating.state_merge import merge_state
from tests.support.blueprints import file

Files = dict[str, str]
START: Files = {"a": "a\n", "b": "b\n", "m": "m\n", "shared": "1\n2\n", "z": "z\n"}
LONG: Files = {f"f{number:02}": f"{number}\n" for number in range(20)}


def state(files: Files, spec: str) -> dict[str, bytes]:
    tree = Tree([file(path, text) for path, text in files.items()])
    used = {"demo": Used("1.0.0", f"sha256:{spec}")}
    made = state_files(tree, scaffolder="0.1.0", source="demo", spec=spec.encode(), blueprints=used)
    return {one.path: one.content for one in made}


def merged_by_git(folder: Path, versions: list[dict[str, bytes]], *, style: str) -> tuple[bytes, bytes]:
    """Let git merge three versions of lock and base, with marks where it cannot."""
    results = []
    for name in (LOCK, BASE):
        paths = []
        for number, version in enumerate(versions):
            path = folder / f"{number}{name.replace('/', '-')}"
            path.write_bytes(version[name])
            paths.append(str(path))
        base, ours, theirs = paths
        command = ["git", "merge-file", "-p", *style.split(), "-L", "HEAD", "-L", "x", "-L", "two", ours, base, theirs]
        results.append(subprocess.run(command, capture_output=True, check=False).stdout)
    return results[0], results[1]


@pytest.mark.parametrize("style", ["", "--diff3", "--zdiff3"])
@pytest.mark.parametrize(
    ("start", "ours", "theirs", "expected"),
    [
        (START, START | {"apple": "x\n"}, START | {"zebra": "y\n"}, START | {"apple": "x\n", "zebra": "y\n"}),
        (START, START | {"apple": "x\n"}, START | {"apricot": "y\n"}, START | {"apple": "x\n", "apricot": "y\n"}),
        (START, START | {"shared": "ours\n"}, START | {"shared": "theirs\n"}, START | {"shared": "ours\n"}),
        (START, START | {"a": "ours\n"}, START | {"b": "theirs\n"}, START | {"a": "ours\n", "b": "theirs\n"}),
        (LONG, LONG | {"f00": "ours\n"}, LONG | {"f19": "theirs\n"}, LONG | {"f00": "ours\n", "f19": "theirs\n"}),
        (START, {"a": "a\n", "m": "ours\n"}, START | {"m": "theirs\n"}, {"a": "a\n", "m": "ours\n"}),
    ],
    ids=["new files", "new neighbours", "the same file", "neighbours", "far apart", "deleted"],
)
def test_what_the_branches_say(
    tmp_path: Path, start: Files, ours: Files, theirs: Files, expected: Files, style: str
) -> None:
    versions = [state(start, "0"), state(ours, "1"), state(theirs, "2")]
    lock, base = merged_by_git(tmp_path, versions, style=style)
    assert b"<<<<<<< HEAD" in lock
    found = merge_state(lock, base, {path: text.encode() for path, text in expected.items()})
    assert found is not None
    read, tree = found
    assert (read.source, read.blueprints["demo"].digest) == ("demo", "sha256:1")
    texts = {path: one.content.decode() for path, one in tree.items()}
    # What one branch deleted next to a change of the other may still be in it: it is on no disk, and says nothing.
    assert texts == expected | {path: start[path] for path in texts.keys() - expected.keys()}


def test_of_two_versions_the_one_on_disk_counts(tmp_path: Path) -> None:
    versions = [state(START, "0"), state(START | {"m": "ours\n"}, "1"), state(START | {"m": "theirs\n"}, "2")]
    lock, base = merged_by_git(tmp_path, versions, style="")
    found = merge_state(lock, base, {"m": b"theirs\n"})
    assert found is not None
    assert found[1]["m"].content == b"theirs\n"


@pytest.mark.parametrize(
    ("there", "base"),
    [
        ("head\nours\ntheirs\nend\n", "head\nours\ntheirs\nend\n"),
        ("head\nours\nend\n", "head\nours\nend\n"),
        ("head\nend\n", "head\nend\n"),
        ("head\nours\ntheirs\nmine\nend\n", "head\nours\nend\n"),
        ("head\nours\ntheirs\n", "head\nours\nend\n"),
    ],
    ids=["both", "ours", "neither", "a line of a person's", "a line that a person deleted"],
)
def test_a_mixture_is_nobodys_edit(tmp_path: Path, there: str, base: str) -> None:
    ours, theirs = "head\nours\nend\n", "head\ntheirs\nend\n"
    versions = [state(START, "0"), state(START | {"m": ours}, "1"), state(START | {"m": theirs}, "2")]
    lock, lines = merged_by_git(tmp_path, versions, style="")
    found = merge_state(lock, lines, {"m": there.encode()})
    assert found is not None
    assert found[1]["m"].content.decode() == base


@pytest.mark.parametrize("edited", [False, True])
def test_where_git_has_them_unedited_a_line_may_be_there_twice(tmp_path: Path, edited: bool) -> None:
    ours, theirs, there = b"1\nx\n", b"2\nx\n", b"1\nx\n2\nx\n"
    versions = [state(START | {"m": text.decode()}, str(number)) for number, text in enumerate((b"x\n", ours, theirs))]
    lock, lines = merged_by_git(tmp_path, versions, style="")
    in_git = (ours + b"mine\n" if edited else ours, theirs)
    found = merge_state(lock, lines, {"m": there}, lambda paths: dict.fromkeys(paths, in_git))
    assert found is not None
    assert found[1]["m"].content == (ours if edited else there)


def test_git_may_merge_one_of_the_two_by_itself() -> None:
    sound, other = state(START, "1"), state(START | {"n": "n\n"}, "2")
    lock = other[LOCK].replace(b"{\n", b"{\n<<<<<<< HEAD\n=======\n>>>>>>> two\n", 1)
    found = merge_state(lock, other[BASE], {})
    assert found is not None
    assert set(found[1]) == {*START, "n"}
    assert merge_state(sound[LOCK], sound[BASE], {}) is None, "no marks"


@pytest.mark.parametrize("damage", [b"", b"{", b"\xff", b'{"files": 1}', b" 1,\n"])
def test_what_is_no_state_gives_none(damage: bytes) -> None:
    sound = state(START, "1")
    assert merge_state(b"<<<<<<< HEAD\n" + damage, sound[BASE], {}) is None
    assert merge_state(sound[LOCK].replace(b"{\n", b"{\n<<<<<<< HEAD\n", 1) + damage, b"<<<<<<< x\n{", {}) is None
