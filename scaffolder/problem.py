"""One thing that is wrong, or worth knowing, in a file that a person wrote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from scaffolder_validators import Finding

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, order=True, slots=True)
class Problem:
    """A place, what is wrong there, and what to do; sorts by place.

    `line` and `column` count from 1, columns in characters; line 0 means the file as a whole.
    """

    path: str
    line: int
    column: int
    code: str
    severity: Severity
    message: str
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}:{self.column}" if self.line else self.path
        hint = f" ({self.hint})" if self.hint else ""
        return f"{place}: {self.severity}[{self.code}]: {self.message}{hint}"


def as_problem(finding: Finding) -> Problem:
    """Say what a validator found as a problem of ours."""
    return Problem(
        finding.path, finding.line, finding.column, finding.rule, finding.severity, finding.message, finding.hint
    )
