"""Slots are found in every comment style, and what is wrong with them names the line."""

import pytest
from scaffolder_fills import Slot, SlotError, find_slots
from scaffolder_fills.slot import lines_of


@pytest.mark.parametrize(
    "source",
    [
        "# slot: a.b\nx\n# end slot\n",
        "// slot: a.b\nx\n// end slot\n",
        "-- slot: a.b\nx\n-- end slot\n",
        "<!-- slot: a.b -->\nx\n<!-- end slot -->\n",
        "/* slot: a.b */\nx\n/* end slot */\n",
    ],
    ids=["python", "typescript", "sql", "markdown", "css"],
)
def test_every_comment_style(source: str) -> None:
    assert find_slots(source) == (Slot("a.b", 1, 3, "", "x\n"),)


def test_place_and_indent() -> None:
    source = "def f():\n    # slot: f.body\n    return 1\n\n    # end slot\n"
    assert find_slots(source) == (Slot("f.body", 2, 5, "    ", "    return 1\n\n"),)


@pytest.mark.parametrize(
    "source",
    ["A slot: a region.\nThe end slot\n", "# slot: the time of an appointment\n", "# The end slot\n", "x  # slot: a\n"],
)
def test_prose_about_slots_is_no_slot(source: str) -> None:
    assert find_slots(source) == ()


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("a.sql", "# slot: a\n# end slot\n"),
        ("docs/a.md", "```sh\n# slot: a\n# end slot\n```\n"),
        ("a.py", "<!-- slot: a -->\n<!-- end slot -->\n-- slot: a\n"),
        ("a.ts", "# slot: a\n# end slot\n"),
        ("Makefile", "// slot: a\n// end slot\n"),
    ],
)
def test_comments_of_another_language_are_no_slots(path: str, source: str) -> None:
    assert find_slots(source, path) == ()


def test_lines_end_where_compilers_end_them() -> None:
    assert lines_of("a\fb\u2028c\x85d\r\ne\rf\n\ng") == ["a\fb\u2028c\x85d\r\n", "e\r", "f\n", "\n", "g"]
    [slot] = find_slots("X = '\u2028'\n# slot: a\r\ny\r\n# end slot\r\n", "a.py")
    assert (slot.start, slot.end, slot.text) == (2, 4, "y\r\n")


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("x\n#slot: a\n", "# slot: an.id"),
        ("x\n# slot:a\n", "# slot: an.id"),
        ("x\n# Slot: a\n", "# slot: an.id"),
        ("x\n# slot: A.b\n", "# slot: an.id"),
        ("x\n# slot: a/b\n", "# slot: an.id"),
        ("x\n# slot: a -->\n", "# slot: an.id"),
        ("x\n<!-- slot: a\n", "<!-- slot: an.id -->"),
        ("x\n<!--slot: a-->\n", "<!-- slot: an.id -->"),
        ("x\n/* end  slot */\n", "/* end slot */"),
        ("x\n# END SLOT\n", "# end slot"),
    ],
)
def test_what_is_nearly_a_mark_is_an_error(source: str, wanted: str) -> None:
    with pytest.raises(SlotError, match="is nearly a slot's comment") as caught:
        find_slots(source)
    assert (caught.value.line, caught.value.hint) == (2, f"Write `{wanted}`, or reword it.")


@pytest.mark.parametrize(
    ("source", "line", "message"),
    [
        ("# slot: a\n# slot: b\n# end slot\n", 2, "slot b stands inside slot a"),
        ("x\n# slot: a\n", 2, "slot a is not closed"),
        ("# end slot\n", 1, "`end slot` without a slot"),
        ("# slot: a\n# end slot\n# slot: a\n# end slot\n", 3, "slot a stands twice"),
        ("# slot: a\n\n<!-- end slot -->\n", 3, "slot a is closed by another kind of comment"),
    ],
    ids=["nested", "unclosed", "closed without being open", "duplicate", "another style"],
)
def test_what_is_wrong_names_the_line(source: str, line: int, message: str) -> None:
    with pytest.raises(SlotError) as caught:
        find_slots(source)
    assert (caught.value.line, caught.value.message) == (line, message)
