"""One thing that a validator says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """What is wrong, where, and what to do.

    `path` is relative and POSIX; `line` and `column` count from 1, columns in code points. `rule` is
    `engine:code`; `hint` is one imperative line.
    """

    path: str
    line: int
    column: int
    rule: str
    severity: Severity
    message: str
    hint: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.severity}[{self.rule}]: {self.message} ({self.hint})"
