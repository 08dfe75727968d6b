"""Validators that behave in one way each, for tests of what runs them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from scaffolder_validators import Finding, Missing, Ready, Scope, Sources, Tier


def complaint(path: str, line: int = 1, *, rule: str = "toy:bad", severity: str = "error") -> Finding:
    """A finding at the beginning of a line."""
    return Finding(path, line, 1, rule, severity, "it is bad", "Make it good.")  # type: ignore[arg-type]


def blame_all(sources: Sources) -> Iterable[Finding]:
    """Find one error in each file."""
    return [complaint(path) for path in sources.files]


def crash(sources: Sources) -> Iterable[Finding]:
    """Fail as a defect would."""
    raise RuntimeError("a defect")


def hang(sources: Sources) -> Iterable[Finding]:
    """Take longer than any test waits."""
    time.sleep(60)
    return ()


@dataclass
class Toy:
    """A validator of Python files that does what it is told."""

    does: Callable[[Sources], Iterable[Finding]] = blame_all
    TIER: Tier = "project"
    SCOPE: Scope = "file"
    TIMEOUT: float = 30.0
    CONFIG: tuple[str, ...] = ("toy.toml",)
    probed: Ready | Missing = field(default_factory=lambda: Ready("1.0"))
    seen: list[tuple[str, ...]] = field(default_factory=list)

    def applies_to(self, path: str) -> bool:
        """Python only."""
        return path.endswith(".py")

    def probe(self) -> Ready | Missing:
        """Say what the test wants."""
        return self.probed

    def check(self, sources: Sources) -> Iterable[Finding]:
        """Note what was asked, and do what the test wants."""
        self.seen.append(tuple(sources.files))
        return self.does(sources)
