"""Engines count bytes or UTF-16 code units; findings count code points."""

from __future__ import annotations

import pytest
from scaffolder_validators.units import column_of_byte, column_of_utf16, place_of_byte

TEXT = "aé😀b\n\tü = 1"


@pytest.mark.parametrize("letter", ["a", "é", "😀", "b", "ü", "1"])
def test_bytes(letter: str) -> None:
    before = TEXT[: TEXT.index(letter)]
    expected = (before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)
    assert place_of_byte(TEXT.encode(), len(before.encode())) == expected


@pytest.mark.parametrize("letter", ["a", "é", "😀", "b"])
def test_utf16(letter: str) -> None:
    line = TEXT.split("\n", maxsplit=1)[0]
    before = line[: line.index(letter)]
    assert column_of_utf16(line, len(before.encode("utf-16-le")) // 2 + 1) == len(before) + 1


def test_places_that_are_not_there() -> None:
    assert column_of_byte(b"ab", 9) == 3
    assert column_of_byte("é".encode(), 1) == 2  # inside a letter
    assert column_of_utf16("é", 9) == 2
    assert place_of_byte(b"", 0) == (1, 1)
