"""What a validator is, and what running one gives.

A validator is a module (or any object) with the names of `Validator`. One line in `registry.VALIDATORS`, or an entry
point of the group `scaffolder.validators`, makes it known.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Protocol

from scaffolder_validators.finding import Finding
from scaffolder_validators.sources import Sources

Tier = Literal["fast", "project", "sandbox"]
"""`fast`: in process, under a millisecond a file. `project`: seconds for a whole project. `sandbox`: runs its code."""

TIERS: tuple[Tier, ...] = ("fast", "project", "sandbox")

Scope = Literal["file", "project"]
"""What a finding depends on: its own file and the configuration (and is cached per file), or all the files."""

Status = Literal["ok", "failed", "skipped", "error", "timeout"]


@dataclass(frozen=True, slots=True)
class Ready:
    """The engine is there, in this version."""

    version: str


@dataclass(frozen=True, slots=True)
class Missing:
    """The engine is not there: why, and how to get it, in one line (`Node not found: install Node 22`)."""

    reason: str


class Skip(Exception):  # noqa: N818 - no error: the check has nothing to work with
    """Raised by `check` when it cannot run on these files; its text is the reason, and it never counts as passed."""


class Validator(Protocol):
    """Checks the files of a project."""

    TIER: Tier
    SCOPE: Scope
    TIMEOUT: float
    """Seconds after which the validator is given up."""
    CONFIG: tuple[str, ...]
    """Names of the files (`pyproject.toml`) that change what it says, wherever they stand."""

    def applies_to(self, path: str) -> bool:
        """Tell whether files called `path` (relative, POSIX) are this validator's business."""
        ...

    def probe(self) -> Ready | Missing:
        """Look for the engine and its version, by running it if it is a program; called once per run."""
        ...

    def check(self, sources: Sources) -> Iterable[Finding]:
        """Find what is wrong with `sources.files`.

        Bad content is a finding, never an exception; an exception is reported as a crash of this validator.

        Raises:
            Skip: there is nothing to check it with.
        """
        ...


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one validator: `files` were its business, `cached` of them were known from an earlier run.

    `reason` says why it was skipped, how it crashed or after how many seconds it was given up.
    """

    validator: str
    tier: Tier
    status: Status
    findings: tuple[Finding, ...] = ()
    version: str = ""
    reason: str = ""
    files: int = 0
    cached: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Validation:
    """What all validators say of one set of files."""

    results: tuple[Result, ...]
    findings: tuple[Finding, ...]
    files: int

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that must not stay."""
        return tuple(finding for finding in self.findings if finding.severity == "error")

    @property
    def incomplete(self) -> tuple[Result, ...]:
        """The validators that did not check what they should have: skipped, crashed or given up."""
        return tuple(result for result in self.results if result.status in {"skipped", "error", "timeout"})
