"""Slots are found in every comment style, and what is wrong with them names the line."""

import pytest
from scaffolder_fills import Slot, SlotError, find_slots


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


def test_prose_about_slots_is_no_slot() -> None:
    assert find_slots("A slot: a region.\nThe end slot\n") == ()


@pytest.mark.parametrize(
    ("source", "line", "message"),
    [
        ("# slot: a\n# slot: b\n# end slot\n", 2, "slot b stands inside slot a"),
        ("x\n# slot: a\n", 2, "slot a is not closed"),
        ("# end slot\n", 1, "`end slot` without a slot"),
        ("# slot: a\n# end slot\n# slot: a\n# end slot\n", 3, "slot a stands twice"),
    ],
    ids=["nested", "unclosed", "closed without being open", "duplicate"],
)
def test_what_is_wrong_names_the_line(source: str, line: int, message: str) -> None:
    with pytest.raises(SlotError) as caught:
        find_slots(source)
    assert (caught.value.line, caught.value.message) == (line, message)
