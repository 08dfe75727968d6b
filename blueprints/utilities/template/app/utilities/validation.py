"""Checks of what comes from outside."""

import math
import re
from typing import Any

JSON_DEPTH = 50

_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def is_identifier(value: str) -> bool:
    """Whether `value` is 1..64 letters, digits, dots, hyphens or underscores, starting with a letter or digit."""
    return _IDENTIFIER.fullmatch(value) is not None


def check_storable(value: Any) -> Any:
    """Return a value that came as JSON; raise `ValueError` for what a database cannot hold or a client cannot read.

    That is U+0000, half of a surrogate pair, an infinite number, and nesting deeper than `JSON_DEPTH` levels.
    """
    level = [value]
    for _ in range(JSON_DEPTH):
        level = [part for item in level for part in _parts(item)]
        if not level:
            return value
    raise ValueError(f"must not be nested deeper than {JSON_DEPTH} levels")


def _parts(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*value, *value.values()]
    if isinstance(value, list):
        return value
    if isinstance(value, str):
        if "\x00" in value:
            raise ValueError("must not contain the character U+0000")
        value.encode()  # a lone surrogate is a ValueError
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValueError("must not contain infinite numbers")
    return []
