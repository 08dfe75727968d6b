"""Unified diffs: what they look like, and that they give the new file from the old one."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffolder.updating.diffs import FileChange

LINES = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "\n", "}\n", "x y\n"]), max_size=25)
LAST = st.sampled_from(["", "no end"])


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (FileChange("a", b"x\n", b"x\n"), []),
        (FileChange("a", b"x\n", b"y\n"), ["--- a", "+++ a", "@@ -1 +1 @@", "-x", "+y"]),
        (FileChange("a", None, b"x\n"), ["--- /dev/null", "+++ a", "@@ -0,0 +1 @@", "+x"]),
        (FileChange("a", b"x\n", None), ["--- a", "+++ /dev/null", "@@ -1 +0,0 @@", "-x"]),
        (FileChange("a", None, b""), ["--- /dev/null", "+++ a"]),
        (FileChange("a", b"x\n", b"x\n", 0o644, 0o755), ["diff a", "old mode 100644", "new mode 100755"]),
        (FileChange("a", b"\0", b"\0\0"), ["--- a", "+++ a", "Binary files differ (1 and 2 bytes)"]),
        (
            FileChange("a", b"x", b"x\n"),
            ["--- a", "+++ a", "@@ -1 +1 @@", "-x", "\\ No newline at end of file", "+x"],
        ),
    ],
    ids=["same", "changed", "new", "gone", "empty", "mode", "binary", "line end"],
)
def test_what_it_looks_like(change: FileChange, expected: list[str]) -> None:
    assert change.diff() == expected


def test_changes_far_apart_have_hunks_of_their_own() -> None:
    before = [f"{number}\n" for number in range(30)]
    after = [*before[:3], "new\n", *before[3:20], *before[21:]]
    diff = FileChange("a", "".join(before).encode(), "".join(after).encode()).diff()
    assert [line for line in diff if line.startswith("@@")] == ["@@ -1,6 +1,7 @@", "@@ -18,7 +19,6 @@"]
    assert [line for line in diff[2:] if line[0] in "+-"] == ["+new", "-20"]


def patched(before: list[str], diff: list[str]) -> list[str]:
    """Apply a unified diff, strictly: context must fit and all hunks must be in order."""
    out: list[str] = []
    at = 0
    lines = diff[2:]
    for number, line in enumerate(lines):
        text = line[1:] + ("" if lines[number + 1 : number + 2] == ["\\ No newline at end of file"] else "\n")
        if found := re.match(r"@@ -(\d+)(?:,(\d+))? ", line):
            start = int(found[1]) - (found[2] != "0")
            out += before[at:start]
            at = start
        elif line[0] == "+":
            out.append(text)
        elif line[0] in " -":
            assert before[at] == text
            out += [text] if line[0] == " " else []
            at += 1
    return out + before[at:]


@given(LINES, LAST, LINES, LAST)
def test_it_gives_the_new_file_from_the_old_one(one: list[str], end: str, other: list[str], new_end: str) -> None:
    before, after = [*one, *([end] if end else [])], [*other, *([new_end] if new_end else [])]
    diff = FileChange("a", "".join(before).encode(), "".join(after).encode()).diff()
    assert patched(before, diff) == after
