"""Scores from 0 to 10 of what was found, and gates on them.

    points     10 for an error, 3 for a warning, 1 for a note
    density    points per 1,000 lines of the files that were checked (of 200 lines at least, so that one finding in a
               tiny project does not weigh more than it would in a small one)
    score      10 / (1 + density / 10): a density of 10, one error in 1,000 lines, halves it. Where one hole is enough
               (syntax, security, architecture), any error also caps the score at 4.9.
    overall    the mean of the lowest score and of the mean of all of them, so that a bad one is not averaged away

A validator that was skipped, crashed or was given up lowers nothing. A score that none of its validators could give is
unknown, and a gate on it is not passed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from statistics import fmean
from typing import Final, Literal, TypeAlias

from scaffolder_validators.finding import Finding
from scaffolder_validators.validator import Result, Validation

Dimension = Literal["syntax", "security", "architecture", "performance", "maintainability"]
Name: TypeAlias = Dimension | Literal["overall"]

POINTS: Final = {"error": 10, "warning": 3, "note": 1}
HALVED_AT: Final = 10.0
"""Points per 1,000 lines that halve a score."""
SMALLEST: Final = 200
"""Lines that a project counts as at least."""
CAP: Final = 4.9
"""The most that a score can be when there is an error of a kind of which one is enough."""
CAPPED: Final[frozenset[Dimension]] = frozenset({"syntax", "security", "architecture"})

RULES: Final[Mapping[Dimension, tuple[str, ...]]] = {
    "security": (
        "ruff:S[0-9]*", "python-security:*", "web-security:*", "secrets:*", "dependencies:*", "text:invisible",
        "text:lookalike-letters",
    ),
    "performance": ("ruff:PERF*", "ruff:ASYNC*", "squawk:*"),
    "architecture": ("contract:*", "imports:*", "ruff:TID*"),
    "syntax": (
        "text:*", "python:*", "config:*", "json:*", "yaml:*", "toml:*", "ruff:E9*", "ruff:F*", "ruff:invalid-*", "ty:*",
        "mypy:*", "postgast:*", "sqlite:*", "postgres:*", "tsc:*", "oxlint:syntax", "tests:*", "actionlint:*",
        "workflows:*", "compose:*", "fly:*", "render:*", "cloudrun:*", "railway:*", "prometheus:*", "grafana:*",
        "pyproject:*", "package-json:*", "devcontainer:*", "pre-commit:*",
    ),
    "maintainability": ("*",),
}  # fmt: skip
"""The rules of each dimension, as patterns; the first dimension with one that matches has the finding."""

CHECKS: Final[Mapping[Dimension, tuple[str, ...]]] = {
    "syntax": (
        "text", "python", "config", "ty", "mypy", "postgast", "sqlite", "postgres", "tsc", "tests", "actionlint",
        "workflows", "compose", "fly", "render", "cloudrun", "railway", "prometheus", "grafana", "pyproject",
        "package-json", "devcontainer", "pre-commit",
    ),
    "security": ("ruff", "python-security", "web-security", "secrets", "text", "dependencies"),
    "architecture": ("contract", "imports"),
    "performance": ("ruff", "squawk"),
    "maintainability": ("ruff", "complexity", "sqlfluff", "oxlint", "hadolint", "shellcheck"),
}  # fmt: skip
"""The validators that a score rests on."""


@dataclass(frozen=True, slots=True)
class Score:
    """A score from 0 to 10, or `None` when nothing could be checked; `unchecked` names what did not run."""

    name: Name
    value: float | None
    findings: int = 0
    unchecked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gate:
    """What a score must be at least, and whether it is."""

    name: Name
    minimum: float
    status: Literal["passed", "failed", "unknown"]


def dimension_of(rule: str) -> Dimension:
    """Tell which score a rule counts for."""
    return next(name for name, patterns in RULES.items() if any(fnmatchcase(rule, one) for one in patterns))


def scores_of(validation: Validation, lines: int) -> tuple[Score, ...]:
    """Give the scores of all dimensions and the overall one, last; `lines` is the size of what was checked."""
    found: dict[Dimension, list[Finding]] = {name: [] for name in CHECKS}
    for finding in validation.findings:
        found[dimension_of(finding.rule)].append(finding)
    results = {result.validator: result for result in validation.results}
    scores = [_score(name, found[name], results, lines) for name in CHECKS]
    known = [score.value for score in scores if score.value is not None]
    overall = round((min(known) + fmean(known)) / 2, 1) if known else None
    unchecked = tuple(dict.fromkeys(name for score in scores for name in score.unchecked))
    return (*scores, Score("overall", overall, len(validation.findings), unchecked))


def gates_of(scores: Iterable[Score], minimums: Mapping[str, float]) -> tuple[Gate, ...]:
    """Compare scores with what they must be; `minimums` maps names of scores to numbers from 0 to 10."""
    values = {score.name: score.value for score in scores}
    return tuple(_gate(name, values[name], minimums[name]) for name in values if name in minimums)


def _score(name: Dimension, findings: list[Finding], results: Mapping[str, Result], lines: int) -> Score:
    mine = [results[check] for check in CHECKS[name] if check in results and results[check].files]
    ran = [result for result in mine if result.status in {"ok", "failed"}]
    unchecked = tuple(result.validator for result in mine if result not in ran)
    if not ran and not findings:
        return Score(name, None, 0, unchecked)
    density = sum(POINTS[finding.severity] for finding in findings) * 1000 / max(lines, SMALLEST)
    value = 10 / (1 + density / HALVED_AT)
    if name in CAPPED and any(finding.severity == "error" for finding in findings):
        value = min(value, CAP)
    return Score(name, round(value, 1), len(findings), unchecked)


def _gate(name: Name, value: float | None, minimum: float) -> Gate:
    if value is None:
        return Gate(name, minimum, "unknown")
    return Gate(name, minimum, "passed" if value >= minimum else "failed")
