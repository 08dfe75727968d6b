"""Regular expressions that take a time out of all proportion to the text they look at, and how to refuse them."""

from __future__ import annotations

import re
from typing import Final

from scaffolder_fills.guard.rejected import Rejected

LONGEST: Final = 300
"""Characters of a pattern."""
MOST_REPEATS: Final = 6
"""Parts of a pattern that may be of any length: time grows with the text's length to this power at worst."""

_PART: Final = re.compile(
    r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?[imsxaLu]+\)|\((?:\?(?:P<\w+>|[:=!>]|<[=!]))?|[)|]|[*+?]\??|\{\d*,?\d*\}\??|.",
    re.DOTALL,
)
_COUNTS: Final = re.compile(r"\{(\d*)(,?)(\d*)\}")


def check_pattern(pattern: str) -> None:
    """See that no part of any length is repeated any number of times, as in `(a+)+`, nor a choice, as in `(a|aa)+`.

    Raises:
        Rejected: it is no pattern, or one is.
    """
    if len(pattern) > LONGEST:
        raise Rejected(f"a regular expression of more than {LONGEST} characters is not allowed here")
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise Rejected(f"it is no regular expression: {error}") from None
    loose = [False]  # for each open group, whether what it matches may vary
    closed = False  # whether the part before was a group of which that is so
    repeats = 0
    for part in _PART.findall(pattern):
        if part[0] == "(":
            loose.append(False)
            closed = False
        elif part == ")":
            closed = loose.pop() if len(loose) > 1 else False
            loose[-1] = loose[-1] or closed
        elif part == "|":
            loose[-1], closed = True, False
        elif _is_repeat(part):
            if closed and _is_many(part):
                raise Rejected("a repetition in a repetition may take for ever in a regular expression")
            repeats += _is_many(part)
            loose[-1], closed = True, False
        else:
            closed = False
    if repeats > MOST_REPEATS:
        raise Rejected(f"a regular expression with more than {MOST_REPEATS} repetitions is not allowed here")


def _is_repeat(part: str) -> bool:
    return part[0] in "*+?" or _COUNTS.match(part) is not None


def _is_many(part: str) -> bool:
    """Say whether a part is repeated often, and how often is left open."""
    counts = _COUNTS.match(part)
    if counts is None:
        return part[0] in "*+"
    least, comma, most = counts.groups()
    return (comma == "," and (not most or int(most) > 10)) or int(least or 0) > 100
