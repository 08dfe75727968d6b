"""Which models are asked for a kind of slot, in which order: cheap ones for prose, strong ones for code."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Final

CHEAP: Final = "claude-haiku-5-5"
MIDDLE: Final = "claude-sonnet-5-5"
STRONG: Final = "claude-opus-5-5"

LADDERS: Final[Mapping[str, tuple[str, ...]]] = {
    "*.body": (MIDDLE, STRONG),
    "test.cases": (MIDDLE, STRONG),
    "*": (CHEAP, MIDDLE),
}
"""By pattern of the kind; the first that matches counts."""


def ladder_of(kind: str, configured: Mapping[str, tuple[str, ...]] | None = None) -> tuple[str, ...]:
    """Give the models for a kind, from what is configured or else from ours."""
    for ladders in (configured or {}, LADDERS):
        for pattern, models in ladders.items():
            if fnmatchcase(kind, pattern):
                return models
    raise AssertionError("the last pattern of LADDERS matches every kind")
