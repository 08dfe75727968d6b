"""What a validator is: a module with these names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from scaffolder_validators.finding import Finding


class Validator(Protocol):
    """Checks one file at a time, in process."""

    def applies_to(self, path: str) -> bool:
        """Tell whether files called `path` (relative, POSIX) are this validator's business."""
        ...

    def check(self, path: str, content: bytes) -> Sequence[Finding]:
        """Return what is wrong with `content`; never raises for bad content."""
        ...
