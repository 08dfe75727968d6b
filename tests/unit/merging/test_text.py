"""Three texts into one: what is taken, what is marked, and that no line of the user's is lost."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffolder.merging.text import MergedText, has_marks, is_binary, merge_text

BASE = b"one\ntwo\nthree\nfour\nfive\n"


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        (BASE.replace(b"one", b"1"), BASE.replace(b"five", b"5"), b"1\ntwo\nthree\nfour\n5\n"),
        (BASE + b"six\n", b"zero\n" + BASE, b"zero\n" + BASE + b"six\n"),
        (BASE.replace(b"two\n", b""), BASE.replace(b"four", b"4"), b"one\nthree\n4\nfive\n"),
        (BASE.replace(b"two", b"2"), BASE.replace(b"two", b"2"), BASE.replace(b"two", b"2")),
        (BASE.replace(b"two\n", b""), BASE.replace(b"two\n", b""), BASE.replace(b"two\n", b"")),
        (BASE.rstrip(), BASE.replace(b"one", b"1"), BASE.rstrip().replace(b"one", b"1")),
    ],
    ids=["both ends", "insertions", "deletion", "same change", "same deletion", "no line end at the end"],
)
def test_changes_in_different_places_are_both_taken(ours: bytes, theirs: bytes, expected: bytes) -> None:
    assert merge_text(BASE, ours, theirs) == MergedText(expected)


def test_changes_of_the_same_lines_are_marked() -> None:
    merged = merge_text(BASE, BASE.replace(b"three", b"mine"), BASE.replace(b"three", b"new"))
    assert merged.conflicts == 1
    assert merged.content == (
        b"one\ntwo\n<<<<<<< yours\nmine\n||||||| base\nthree\n=======\nnew\n>>>>>>> blueprints\nfour\nfive\n"
    )
    assert has_marks(merged.content)


def test_neighbouring_changes_are_a_conflict() -> None:
    assert merge_text(BASE, BASE.replace(b"two", b"2"), BASE.replace(b"three", b"3")).conflicts == 1


def test_marks_stand_on_lines_of_their_own_when_the_last_line_has_no_end() -> None:
    merged = merge_text(b"a\nb", b"a\nmine", b"a\nnew")
    assert merged.content == b"a\n<<<<<<< yours\nmine\n||||||| base\nb\n=======\nnew\n>>>>>>> blueprints\n"


def test_with_rej_the_file_keeps_what_is_the_users() -> None:
    theirs = b"1\n" + BASE[4:].replace(b"three", b"new\nnewer")
    merged = merge_text(BASE, BASE.replace(b"three", b"mine"), theirs, "rej")
    assert merged.content == b"1\ntwo\nmine\nfour\nfive\n"
    assert merged.conflicts == 1
    assert merged.rejected == b"@@ -3,1 +3,2 @@\n-three\n+new\n+newer\n"
    assert not has_marks(merged.content)


def crlf(text: bytes) -> bytes:
    return text.replace(b"\n", b"\r\n")


def test_who_converted_to_crlf_keeps_it_without_a_conflict() -> None:
    merged = merge_text(BASE, crlf(BASE).replace(b"one", b"1"), BASE.replace(b"five", b"5"))
    assert merged == MergedText(crlf(b"1\ntwo\nthree\nfour\n5\n"))


def test_conflicts_in_a_file_with_crlf_have_crlf_throughout() -> None:
    merged = merge_text(BASE, crlf(BASE).replace(b"one", b"1"), BASE.replace(b"one", b"first"))
    assert merged.conflicts == 1
    assert merged.content.count(b"\n") == merged.content.count(b"\r\n")
    assert has_marks(merged.content)


def test_the_blueprints_may_change_line_ends_too() -> None:
    assert merge_text(BASE, BASE.replace(b"one", b"1"), crlf(BASE)).content == crlf(BASE).replace(b"one", b"1")


def test_mixed_line_ends_stay_as_they_are() -> None:
    ours = BASE.replace(b"one\n", b"one\r\n")
    assert merge_text(BASE, ours, BASE.replace(b"five", b"5")).content == ours.replace(b"five", b"5")


def test_headings_underlined_with_equals_signs_are_no_marks() -> None:
    assert not has_marks(b"Title\n=======\n\ntext about <<<<<<< yours\n")


def test_binary_is_what_has_a_zero_byte() -> None:
    assert is_binary(b"\x89PNG\0")
    assert not is_binary("Grüße\n".encode("latin-1"))


LINES = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "d\n", "\n", "}\n"]), max_size=20)
USER = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "\n", "mine 1\n", "mine 2\n", "mine 3\n"]), max_size=20)


def joined(lines: list[str]) -> bytes:
    return "".join(lines).encode()


@given(LINES, USER)
def test_when_the_blueprints_changed_nothing_the_users_text_stays(base: list[str], ours: list[str]) -> None:
    assert merge_text(joined(base), joined(ours), joined(base)) == MergedText(joined(ours))


@given(LINES, LINES)
def test_when_the_user_changed_nothing_the_new_text_is_taken(base: list[str], theirs: list[str]) -> None:
    assert merge_text(joined(base), joined(base), joined(theirs)) == MergedText(joined(theirs))


@given(LINES, USER, LINES, st.booleans())
def test_no_line_of_the_users_is_lost(base: list[str], ours: list[str], theirs: list[str], inline: bool) -> None:
    merged = merge_text(joined(base), joined(ours), joined(theirs), "inline" if inline else "rej")
    found = Counter(merged.content.decode().splitlines(keepends=True))
    assert not Counter(ours) - Counter(base) - found


@given(LINES, USER, LINES)
def test_no_new_line_of_the_blueprints_is_lost(base: list[str], ours: list[str], theirs: list[str]) -> None:
    merged = merge_text(joined(base), joined(ours), joined(theirs), "rej")
    rejected = Counter(line[1:] for line in merged.rejected.decode().splitlines(keepends=True) if line[0] == "+")
    found = Counter(merged.content.decode().splitlines(keepends=True)) + rejected
    assert not Counter(theirs) - Counter(base) - Counter(ours) - found


@given(LINES, USER, LINES)
def test_without_conflicts_it_does_not_matter_who_is_who(base: list[str], ours: list[str], theirs: list[str]) -> None:
    one = merge_text(joined(base), joined(ours), joined(theirs))
    other = merge_text(joined(base), joined(theirs), joined(ours))
    assert one.conflicts == other.conflicts
    if not one.conflicts:
        assert one == other


@given(LINES, USER, LINES)
def test_what_was_merged_merges_again_without_a_change(base: list[str], ours: list[str], theirs: list[str]) -> None:
    merged = merge_text(joined(base), joined(ours), joined(theirs))
    assert merge_text(joined(theirs), merged.content, joined(theirs)) == MergedText(merged.content)
