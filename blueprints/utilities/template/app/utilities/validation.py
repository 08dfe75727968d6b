"""Checks of what comes from outside."""

import re

_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def is_identifier(value: str) -> bool:
    """Whether `value` is 1..64 letters, digits, dots, hyphens or underscores, starting with a letter or digit."""
    return _IDENTIFIER.fullmatch(value) is not None
