"""Which lines of one text stand in another: patience diff, with Myers' algorithm between its anchors.

Patience (lines that occur once in both are anchors, https://bramcohen.livejournal.com/73318.html) keeps blocks of code
together where braces and blank lines repeat; Myers ("An O(ND) Difference Algorithm", 1986) does the short rest. Unlike
difflib this stays fast where thousands of lines are equal, as in a large JSON file, and gives up on nothing unsaid:
where two stretches differ by more than `LIMIT` lines and share no unique one, they count as replaced as a whole.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Sequence
from typing import NamedTuple

LIMIT = 1000
"""Insertions and deletions after which Myers' algorithm is not worth its time (it is quadratic in them)."""


class Block(NamedTuple):
    """`size` lines that are equal: from `a` in the first text, from `b` in the second; all count from 0."""

    a: int
    b: int
    size: int


def align(first: Sequence[Hashable], second: Sequence[Hashable]) -> list[Block]:
    """Give the blocks of lines that both texts have, in order; neighbours are joined, none is empty."""
    numbers: dict[Hashable, int] = {}
    one = [numbers.setdefault(line, len(numbers)) for line in first]
    two = [numbers.setdefault(line, len(numbers)) for line in second]
    pairs: list[tuple[int, int]] = []
    todo = [(0, len(one), 0, len(two))]
    while todo:
        low_a, high_a, low_b, high_b = todo.pop()
        while low_a < high_a and low_b < high_b and one[low_a] == two[low_b]:
            pairs.append((low_a, low_b))
            low_a, low_b = low_a + 1, low_b + 1
        while low_a < high_a and low_b < high_b and one[high_a - 1] == two[high_b - 1]:
            high_a, high_b = high_a - 1, high_b - 1
            pairs.append((high_a, high_b))
        if low_a == high_a or low_b == high_b:
            continue
        anchors = _anchors(one[low_a:high_a], two[low_b:high_b])
        if not anchors:
            pairs += ((low_a + a, low_b + b) for a, b in _myers(one[low_a:high_a], two[low_b:high_b]))
            continue
        last_a, last_b = low_a, low_b
        for a, b in anchors:
            pairs.append((low_a + a, low_b + b))
            todo.append((last_a, low_a + a, last_b, low_b + b))
            last_a, last_b = low_a + a + 1, low_b + b + 1
        todo.append((last_a, high_a, last_b, high_b))
    return _joined(sorted(pairs))


def _anchors(one: Sequence[int], two: Sequence[int]) -> list[tuple[int, int]]:
    """Give the longest rising series of lines that occur once in each."""
    in_one, in_two = Counter(one), Counter(two)
    places = {line: index for index, line in enumerate(two) if in_two[line] == 1}
    common = [(index, places[line]) for index, line in enumerate(one) if in_one[line] == 1 and line in places]
    tops: list[int] = []  # of each pile of cards: the smallest place in `two` that ends a series of that length
    cards: list[int] = []
    before: list[int] = []
    for number, (_, place) in enumerate(common):
        pile = bisect_left(tops, place)
        before.append(cards[pile - 1] if pile else -1)
        tops[pile : pile + 1] = [place]
        cards[pile : pile + 1] = [number]
    series: list[tuple[int, int]] = []
    number = cards[-1] if cards else -1
    while number >= 0:
        series.append(common[number])
        number = before[number]
    return series[::-1]


def _myers(one: Sequence[int], two: Sequence[int]) -> list[tuple[int, int]]:
    """Give the pairs of equal lines on a shortest path of edits; none when it has more than `LIMIT` edits."""
    furthest = {1: 0}
    history: list[dict[int, int]] = []
    for edits in range(min(len(one) + len(two), LIMIT) + 1):
        history.append(dict(furthest))
        for diagonal in range(-edits, edits + 1, 2):
            x = _step(furthest, diagonal, edits)
            while x < len(one) and x - diagonal < len(two) and one[x] == two[x - diagonal]:
                x += 1
            furthest[diagonal] = x
            if x >= len(one) and x - diagonal >= len(two):
                return _backtrack(history, len(one), len(two))
    return []


def _step(furthest: dict[int, int], diagonal: int, edits: int) -> int:
    """Tell where the path on `diagonal` goes on: down from the diagonal above, or to the right from that below."""
    if diagonal == -edits or (diagonal != edits and furthest[diagonal - 1] < furthest[diagonal + 1]):
        return furthest[diagonal + 1]
    return furthest[diagonal - 1] + 1


def _backtrack(history: Sequence[dict[int, int]], x: int, y: int) -> list[tuple[int, int]]:
    pairs: list[tuple[int, int]] = []
    for edits in range(len(history) - 1, -1, -1):
        furthest, diagonal = history[edits], x - y
        down = diagonal == -edits or (diagonal != edits and furthest[diagonal - 1] < furthest[diagonal + 1])
        previous = diagonal + 1 if down else diagonal - 1
        old_x = furthest[previous] if edits else 0
        old_y = old_x - previous if edits else 0
        while x > old_x and y > old_y:
            x, y = x - 1, y - 1
            pairs.append((x, y))
        x, y = old_x, old_y
    return pairs[::-1]


def _joined(pairs: Sequence[tuple[int, int]]) -> list[Block]:
    blocks: list[Block] = []
    for a, b in pairs:
        last = blocks[-1] if blocks else None
        if last is not None and last.a + last.size == a and last.b + last.size == b:
            blocks[-1] = Block(last.a, last.b, last.size + 1)
        else:
            blocks.append(Block(a, b, 1))
    return blocks
