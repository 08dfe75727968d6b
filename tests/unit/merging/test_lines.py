"""Aligning two texts."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffolder.merging import lines
from scaffolder.merging.lines import Block, align

TEXTS = st.lists(st.sampled_from("abcde"), max_size=30)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("", "", []),
        ("abc", "abc", [Block(0, 0, 3)]),
        ("abc", "axc", [Block(0, 0, 1), Block(2, 2, 1)]),
        ("abc", "xyz", []),
        ("abcd", "bcda", [Block(1, 0, 3)]),
        ("aabb", "ab", [Block(0, 0, 1), Block(3, 1, 1)]),
    ],
    ids=["empty", "equal", "one changed", "nothing in common", "moved", "repeated"],
)
def test_blocks(first: str, second: str, expected: list[Block]) -> None:
    assert align(first, second) == expected


@given(TEXTS, TEXTS)
def test_blocks_are_equal_lines_in_rising_order(first: list[str], second: list[str]) -> None:
    blocks = align(first, second)
    for block in blocks:
        assert block.size > 0
        assert first[block.a : block.a + block.size] == second[block.b : block.b + block.size]
    for one, other in pairwise(blocks):
        assert other.a >= one.a + one.size
        assert other.b >= one.b + one.size
        assert (other.a, other.b) != (one.a + one.size, one.b + one.size)


@given(TEXTS)
def test_a_text_is_all_of_itself(text: list[str]) -> None:
    assert align(text, text) == ([Block(0, 0, len(text))] if text else [])


def test_functions_stay_whole_where_their_lines_repeat() -> None:
    old = ["def a():", "  x", "", "def b():", "  x", ""]
    new = ["def a():", "  x", "", "def new():", "  x", "", "def b():", "  x", ""]
    assert align(old, new) == [Block(0, 0, 3), Block(3, 6, 3)]


def test_texts_without_a_shortest_path_in_reach_are_replaced_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "LIMIT", 3)
    assert align("aabbaabb" * 2, "bbabababa" * 2) == []


def test_thousands_of_equal_lines_take_no_time() -> None:
    def text(count: int, extra: int = -1) -> list[str]:
        found = []
        for number in range(count):
            found += ["{", f"  name: {number}", "  type: string", "  required: true", "},"]
            found += ["{", "  type: string", "},"] if number == extra else []
        return found

    started = time.process_time()
    blocks = align(text(8000), text(8000, extra=4000))
    assert sum(block.size for block in blocks) == 40_000
    assert time.process_time() - started < 5
