"""Every case of a merge: what is written, what is deleted, and the exact outcome."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffolder.merging import Entry, Merged, PathOutcome, merge
from scaffolder.merging.text import Style
from scaffolder.tree import File, Mode, Origin, Tree

TEXT = b"one\ntwo\nthree\nfour\nfive\n"
NEW = TEXT.replace(b"five", b"5")
MINE = TEXT.replace(b"one", b"1")
BOTH = MINE.replace(b"five", b"5")
ELSE = b"something\nquite\nelse\n"
CLASH = TEXT.replace(b"one", b"uno")
PICTURE, OTHER_PICTURE, MY_PICTURE = b"\x89PNG\0 1", b"\x89PNG\0 2", b"\x89PNG\0 mine"


def made(path: str, content: bytes = TEXT, mode: Mode = 0o644, template: str = "") -> File:
    return File(path, content, mode, Origin("demo", "1.0.0", template or path))


def disk(files: Mapping[str, bytes | Entry]) -> dict[str, Entry]:
    """What stands on disk; a folder is there for each file in it."""
    found = {path: one if isinstance(one, Entry) else Entry("file", one) for path, one in files.items()}
    for path in files:
        above = path
        while "/" in above:
            above = above.rpartition("/")[0]
            found[above] = Entry("folder", below=tuple(one for one in files if one.startswith(f"{above}/")))
    return found


def result(merged: Merged) -> dict[str, bytes | None]:
    """What changes on disk: content, or `None` for a file that goes."""
    return {file.path: file.content for file in merged.writes} | dict.fromkeys(merged.deletes)


def conflict(ours: bytes, base: bytes, theirs: bytes) -> bytes:
    return (
        b"<<<<<<< yours\n" + ours + b"||||||| base\n" + base + b"=======\n" + theirs + b">>>>>>> blueprints\n"
    )  # fmt: skip


MARKED = conflict(b"1\n", b"one\n", b"uno\n") + TEXT[4:]


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "changes", "outcome"),
    [
        (TEXT, TEXT, TEXT, {}, PathOutcome("a", "unchanged")),
        (TEXT, TEXT, NEW, {"a": NEW}, PathOutcome("a", "updated")),
        (TEXT, MINE, TEXT, {}, PathOutcome("a", "edited")),
        (TEXT, MINE, NEW, {"a": BOTH}, PathOutcome("a", "merged")),
        (TEXT, NEW, NEW, {}, PathOutcome("a", "unchanged")),
        (TEXT, BOTH, NEW, {}, PathOutcome("a", "edited")),
        (TEXT, MINE, CLASH, {"a": MARKED}, PathOutcome("a", "conflict", conflicts=1)),
        (None, None, NEW, {"a": NEW}, PathOutcome("a", "created")),
        (None, NEW, NEW, {}, PathOutcome("a", "unchanged")),
        (None, MINE, NEW, {"a.new": NEW}, PathOutcome("a", "blocked", beside="a.new", reason="a file of yours")),
        (TEXT, TEXT, None, {"a": None}, PathOutcome("a", "deleted")),
        (TEXT, MINE, None, {}, PathOutcome("a", "kept-edited")),
        (TEXT, None, TEXT, {}, PathOutcome("a", "kept-deleted")),
        (TEXT, None, NEW, {}, PathOutcome("a", "kept-deleted", reason="the blueprints changed it")),
        (TEXT, None, None, {}, None),
        (PICTURE, PICTURE, OTHER_PICTURE, {"a": OTHER_PICTURE}, PathOutcome("a", "updated")),
        (PICTURE, MY_PICTURE, PICTURE, {}, PathOutcome("a", "edited")),
        (PICTURE, MY_PICTURE, OTHER_PICTURE, {"a.new": OTHER_PICTURE}, PathOutcome("a", "binary", beside="a.new")),
    ],
    ids=[
        "nobody changed it", "blueprints changed it", "user edited it", "both, in different places",
        "both, in the same way", "the user has the change already", "both, the same line", "new", "new, and there",
        "new, and a file is in the way", "removed", "removed, but edited", "user deleted it",
        "user deleted it, blueprints changed it", "both deleted it", "binary, blueprints changed it",
        "binary, user changed it", "binary, both changed it",
    ],
)  # fmt: skip
def test_one_file(
    base: bytes | None,
    ours: bytes | None,
    theirs: bytes | None,
    changes: dict[str, bytes | None],
    outcome: PathOutcome | None,
) -> None:
    merged = merge(
        Tree([made("a", base)] if base is not None else []),
        disk({"a": ours} if ours is not None else {}),
        Tree([made("a", theirs)] if theirs is not None else []),
    )
    assert result(merged) == changes
    assert merged.outcomes == ((outcome,) if outcome is not None else ())
    assert merged.unsettled == tuple(
        one for one in merged.outcomes if one.outcome in {"conflict", "binary", "blocked"}
    )  # fmt: skip


def test_with_rej_the_rest_is_beside_the_file() -> None:
    merged = merge(Tree([made("a")]), disk({"a": MINE}), Tree([made("a", CLASH.replace(b"five", b"5"))]), style="rej")
    assert result(merged) == {"a": BOTH, "a.rej": b"--- a\n+++ a\n@@ -1,1 +1,1 @@\n-one\n+uno\n"}
    assert merged.outcomes == (PathOutcome("a", "conflict", beside="a.rej", conflicts=1),)


@pytest.mark.parametrize(
    ("ours", "beside", "written"),
    [({"a.new": b"mine too"}, "a.new.2", True), ({"a.new": NEW}, "a.new", False)],
    ids=["taken", "there from an earlier run"],
)
def test_a_file_beside_replaces_nothing(ours: dict[str, bytes], beside: str, written: bool) -> None:
    merged = merge(Tree(), disk({"a": MINE} | ours), Tree([made("a", NEW)]))
    assert result(merged) == ({beside: NEW} if written else {})
    assert merged.outcomes[0].beside == beside


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "expected"),
    [(0o644, 0o644, 0o755, 0o755), (0o644, 0o755, 0o644, 0o755), (0o755, 0o755, 0o644, 0o644)],
    ids=["blueprints", "user", "blueprints take it back"],
)
@pytest.mark.parametrize("content", [TEXT, MINE], ids=["as it was", "edited"])
def test_modes_are_merged_apart_from_the_content(
    base: Mode, ours: Mode, theirs: Mode, expected: Mode, content: bytes
) -> None:
    merged = merge(
        Tree([made("a", mode=base)]), {"a": Entry("file", content, ours)}, Tree([made("a", mode=theirs)])
    )  # fmt: skip
    assert merged.writes == ((made("a", content, expected),) if expected != ours else ())
    assert merged.outcomes[0].outcome == ("edited" if expected == ours else "updated")


def test_line_ends_that_the_user_changed_are_no_conflict() -> None:
    ours = TEXT.replace(b"\n", b"\r\n")
    merged = merge(Tree([made("a")]), disk({"a": ours}), Tree([made("a", NEW)]))
    assert result(merged) == {"a": NEW.replace(b"\n", b"\r\n")}
    assert merged.outcomes == (PathOutcome("a", "merged"),)


MOVED = (Tree([made("old/a", template="t")]), Tree([made("new/a", NEW, template="t")]))


@pytest.mark.parametrize(
    ("ours", "changes", "outcomes"),
    [
        ({"old/a": TEXT}, {"new/a": NEW, "old/a": None}, [PathOutcome("new/a", "moved", was="old/a")]),
        (
            {"old/a": MINE},
            {"new/a": BOTH, "old/a": None},
            [PathOutcome("new/a", "moved", was="old/a", reason="your edits moved along")],
        ),
        ({}, {}, [PathOutcome("new/a", "kept-deleted", was="old/a")]),
        ({"new/a": MINE}, {"new/a": BOTH}, [PathOutcome("new/a", "merged")]),
        (
            {"old/a": TEXT.replace(b"five", b"fem")},
            {"new/a": TEXT[:-5] + conflict(b"fem\n", b"five\n", b"5\n"), "old/a": None},
            [PathOutcome("new/a", "conflict", was="old/a", conflicts=1)],
        ),
        (
            {"old/a": MINE, "new/a": b"my own\n"},
            {"new/a.new": NEW},
            [
                PathOutcome("new/a", "blocked", beside="new/a.new", reason="a file of yours"),
                PathOutcome("old/a", "kept-edited"),
            ],
        ),
    ],
    ids=["unedited", "edited", "deleted by the user", "moved by the user too", "conflict", "in the way"],
)
def test_a_file_that_the_blueprints_moved(
    ours: dict[str, bytes], changes: dict[str, bytes | None], outcomes: list[PathOutcome]
) -> None:
    merged = merge(MOVED[0], disk(ours), MOVED[1])
    assert result(merged) == changes
    assert list(merged.outcomes) == outcomes


def test_a_picture_that_moved_and_changed_on_both_sides_stays_the_users_at_its_new_place() -> None:
    base, theirs = Tree([made("a", PICTURE, template="t")]), Tree([made("b", OTHER_PICTURE, template="t")])
    merged = merge(base, disk({"a": MY_PICTURE}), theirs)
    assert result(merged) == {"a": None, "b": MY_PICTURE, "b.new": OTHER_PICTURE}
    assert merged.outcomes == (PathOutcome("b", "binary", was="a", beside="b.new"),)


@pytest.mark.parametrize(
    ("ours", "changes", "outcomes"),
    [
        (TEXT, {"a": None, "a/b": ELSE}, [PathOutcome("a", "deleted"), PathOutcome("a/b", "created")]),
        (
            MINE,
            {"a.new/b": ELSE},
            [
                PathOutcome("a", "kept-edited"),
                PathOutcome("a/b", "blocked", beside="a.new/b", reason="a file of yours stands at a"),
            ],
        ),
    ],
    ids=["unedited", "edited"],
)
def test_a_file_turned_into_a_folder(
    ours: bytes, changes: dict[str, bytes | None], outcomes: list[PathOutcome]
) -> None:
    merged = merge(Tree([made("a")]), disk({"a": ours}), Tree([made("a/b", ELSE, template="other")]))
    assert result(merged) == changes
    assert list(merged.outcomes) == outcomes


@pytest.mark.parametrize(
    ("ours", "changes", "outcomes"),
    [
        ({"a/b": TEXT}, {"a": ELSE, "a/b": None}, [PathOutcome("a", "created"), PathOutcome("a/b", "deleted")]),
        (
            {"a/b": TEXT, "a/mine": b"x"},
            {"a.new": ELSE, "a/b": None},
            [
                PathOutcome("a", "blocked", beside="a.new", reason="a folder with a/mine stands there"),
                PathOutcome("a/b", "deleted"),
            ],
        ),
        (
            {"a/b": MINE},
            {"a.new": ELSE},
            [
                PathOutcome("a", "blocked", beside="a.new", reason="a folder with a/b stands there"),
                PathOutcome("a/b", "kept-edited"),
            ],
        ),
    ],
    ids=["unedited", "with a file of the user's", "edited"],
)
def test_a_folder_turned_into_a_file(
    ours: dict[str, bytes], changes: dict[str, bytes | None], outcomes: list[PathOutcome]
) -> None:
    merged = merge(Tree([made("a/b")]), disk(ours), Tree([made("a", ELSE, template="other")]))
    assert result(merged) == changes
    assert list(merged.outcomes) == outcomes


def test_edits_in_a_folder_that_became_the_file_itself_move_along() -> None:
    base, theirs = Tree([made("a/b", template="t")]), Tree([made("a", NEW, template="t")])
    merged = merge(base, disk({"a/b": MINE}), theirs)
    assert result(merged) == {"a": BOTH, "a/b": None}


def test_a_file_that_cannot_move_goes_all_the_same_when_nobody_edited_it() -> None:
    base, theirs = Tree([made("x", template="t")]), Tree([made("a", NEW, template="t")])
    merged = merge(base, disk({"x": TEXT, "a/mine": b"x"}), theirs)
    assert result(merged) == {"a.new": NEW, "x": None}
    assert [(one.path, one.outcome) for one in merged.outcomes] == [("a", "blocked"), ("x", "deleted")]


def test_edits_that_cannot_move_stay_where_they_are() -> None:
    base, theirs = Tree([made("x", template="t")]), Tree([made("a", NEW, template="t")])
    merged = merge(base, disk({"x": MINE, "a/mine": b"x"}), theirs)
    assert result(merged) == {"a.new": NEW}
    assert [(one.path, one.outcome) for one in merged.outcomes] == [("a", "blocked"), ("x", "kept-edited")]


@pytest.mark.parametrize(
    ("was", "mine", "now"), [(PICTURE, MY_PICTURE, OTHER_PICTURE), (TEXT, MINE, CLASH)], ids=["binary", "conflict"]
)
@pytest.mark.parametrize("style", ["inline", "rej"])
def test_what_cannot_move_and_cannot_be_merged_stays_where_it_is(
    was: bytes, mine: bytes, now: bytes, style: Style
) -> None:
    base, theirs = Tree([made("x", was, template="t")]), Tree([made("a/b/y", now, template="t")])
    merged = merge(base, disk({"x": mine, "a": b"mine too\n"}), theirs, style=style)
    assert result(merged) == {"a.new/b/y": now}
    assert merged.outcomes == (
        PathOutcome("a/b/y", "blocked", was="x", beside="a.new/b/y", reason="a file of yours stands at a"),
        PathOutcome("x", "kept-edited"),
    )


def test_a_name_beside_is_free_also_where_its_folder_is_not() -> None:
    ours = disk({"a": b"mine\n", "a.new": b"mine too\n"})
    merged = merge(Tree(), ours, Tree([made("a/b", NEW)]))
    assert result(merged) == {"a.new.2/b": NEW}


@pytest.mark.parametrize("kind", ["link", "other"])
def test_what_is_no_file_stays(kind: str) -> None:
    ours = {"a": Entry(kind, b"elsewhere")}  # type: ignore[arg-type]
    what = {"link": "a symbolic link", "other": "a device"}[kind]
    assert merge(Tree([made("a")]), ours, Tree([made("a")])).outcomes == (PathOutcome("a", "edited", reason=what),)
    merged = merge(Tree([made("a")]), ours, Tree([made("a", NEW)]))
    assert result(merged) == {"a.new": NEW}
    assert merged.outcomes == (PathOutcome("a", "blocked", beside="a.new", reason=what),)
    assert merge(Tree([made("a")]), ours, Tree()).outcomes == (PathOutcome("a", "kept-edited"),)


def test_a_folder_that_is_a_link_now_is_not_entered() -> None:
    merged = merge(Tree(), {"docs": Entry("link", b"/elsewhere")}, Tree([made("docs/a", NEW)]))
    assert result(merged) == {"docs.new/a": NEW}


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "changes", "outcome"),
    [
        (TEXT, TEXT, NEW, {}, "once"),
        (TEXT, MINE, NEW, {}, "once"),
        (TEXT, TEXT, None, {}, "once"),
        (None, MINE, NEW, {}, "once"),
        (None, None, NEW, {"a": NEW}, "created"),
        (TEXT, None, NEW, {}, "kept-deleted"),
        (TEXT, NEW, NEW, {}, "unchanged"),
    ],
    ids=["changed", "edited", "removed", "in the way", "new", "deleted by the user", "the same"],
)
def test_files_that_are_written_once(
    base: bytes | None, ours: bytes | None, theirs: bytes | None, changes: dict[str, bytes], outcome: str
) -> None:
    merged = merge(
        Tree([made("a", base)] if base is not None else []),
        disk({"a": ours} if ours is not None else {}),
        Tree([made("a", theirs)] if theirs is not None else []),
        once=lambda path: path == "a",
    )
    assert result(merged) == changes
    assert [one.outcome for one in merged.outcomes] == [outcome]


def test_a_blueprint_that_left_the_stack_and_one_that_came() -> None:
    base = Tree([made("old/a"), made("old/b"), made("kept")])
    theirs = Tree([made("kept"), made("new/a", b"another\n")])
    merged = merge(base, disk({"old/a": TEXT, "old/b": MINE, "kept": TEXT}), theirs)
    assert result(merged) == {"old/a": None, "new/a": b"another\n"}
    assert {one.path: one.outcome for one in merged.outcomes} == {
        "kept": "unchanged", "new/a": "created", "old/a": "deleted", "old/b": "kept-edited",
    }  # fmt: skip


PATHS = st.sampled_from(["a", "b", "c/d", "c/e"])
CONTENTS = st.lists(st.sampled_from([b"x\n", b"y\n", b"z\n", b"\0\n"]), max_size=6).map(b"".join)
MY_CONTENTS = st.lists(st.sampled_from([b"x\n", b"y\n", b"mine 1\n", b"mine 2\n", b"\0\n"]), max_size=6).map(b"".join)


@given(
    st.dictionaries(PATHS, CONTENTS),
    st.dictionaries(PATHS, MY_CONTENTS | st.none()),
    st.dictionaries(PATHS, CONTENTS),
    st.booleans(),
)
def test_no_line_is_lost_and_a_second_run_changes_nothing(
    base: dict[str, bytes], edits: dict[str, bytes | None], theirs: dict[str, bytes], inline: bool
) -> None:
    mine = {path: content for path, content in {**base, **edits}.items() if content is not None}
    old = Tree(made(path, content) for path, content in base.items())
    new = Tree(made(path, content) for path, content in theirs.items())
    merged = merge(old, disk(mine), new, style="inline" if inline else "rej")
    after = {path: content for path, content in mine.items() if path not in merged.deletes}
    after |= {file.path: file.content for file in merged.writes}

    left = b"".join(after.values())
    for path, content in mine.items():
        if path not in base or content != base[path]:
            assert all(line in left for line in content.splitlines(keepends=True) if line.startswith(b"mine"))
            moved = [one.path for one in merged.outcomes if one.was == path]
            assert path in after or moved[0] in after
    again = merge(new, disk(after), new)
    assert (again.writes, again.deletes, again.unsettled) == ((), (), ())
