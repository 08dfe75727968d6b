"""From offsets in a text to lines and columns."""

from __future__ import annotations

import re
from bisect import bisect_right

_BREAK = re.compile("\n")


class Lines:
    """Tells the line and the column, both from 1 and in code points, of an offset in `text`."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in _BREAK.finditer(text))]

    def place(self, offset: int) -> tuple[int, int]:
        """Give the place of the code point at `offset` (from 0)."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1
