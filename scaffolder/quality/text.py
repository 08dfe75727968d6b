"""The quality of a project for a terminal: plain lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from scaffolder_validators.formats import headline, not_checked
from scaffolder_validators.quality import Gate, Score

from scaffolder.quality.assessment import Assessment
from scaffolder.report import columns, count

_WORST_FILES = 10


def to_text(found: Assessment) -> str:
    """Write scores, gates, the files with most findings, and what is not known; without a final line end."""
    gates = {gate.name: gate for gate in found.gates}
    parts = [
        [f"{found.project}: {headline(found.validation)}"],
        columns([("score", "", "findings", "gate"), *(_score(one, gates.get(one.name)) for one in found.scores)]),
        _section("Most findings", _worst(found)),
        _section("Measured", _measured(found)),
        _section("Not checked", map(not_checked, found.validation.incomplete)),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part)


def value_of(score: Score) -> str:
    """Write a score: `8.5`, or `unknown`."""
    return "unknown" if score.value is None else f"{score.value:.1f}"


def _score(score: Score, gate: Gate | None) -> tuple[str, str, str, str]:
    verdict = "" if gate is None else f"{gate.status} (at least {gate.minimum:g})"
    return score.name, value_of(score), str(score.findings), verdict


def _worst(found: Assessment) -> Iterable[str]:
    for path, findings in list(found.by_file().items())[:_WORST_FILES]:
        errors = sum(one.severity == "error" for one in findings)
        yield f"{path}: {count(len(findings), 'finding')}, {count(errors, 'error')}"


def _measured(found: Assessment) -> Iterable[str]:
    yield f"{count(found.lines, 'line')} in {count(found.validation.files, 'file')}"
    if found.longest:
        worst = found.longest[0]
        yield (
            f"{count(found.functions, 'function')}; the most complex is {worst.name} in {worst.path}:{worst.line} "
            f"(complexity {worst.complexity}, {count(worst.lines, 'line')})"
        )
    if gaps := gaps_of(found):
        yield gaps
    yield f"coverage: {coverage_of(found)}"
    yield f"contract: {agreement_of(found)}"
    yield f"slots: {slots_of(found)}"


def coverage_of(found: Assessment) -> str:
    """Write what share of lines the tests ran."""
    if found.coverage is None:
        return "not known without a coverage.xml; `pytest --cov=app --cov-report=xml` writes it"
    return f"{found.coverage:.0%} of the lines"


def agreement_of(found: Assessment) -> str:
    """Write whether the code agrees with the contract."""
    if found.agrees is None:
        return "not known: the code was not compared with it"
    return "the code agrees with it" if found.agrees else "the code does not agree with it"


def slots_of(found: Assessment) -> str:
    """Count the slots by what became of them."""
    states = Counter(slot.state for slot in found.slots)
    counted = ", ".join(f"{number} {state}" for state, number in sorted(states.items()))
    return f"{len(found.slots)}" + (f" ({counted})" if counted else "")


def gaps_of(found: Assessment) -> str:
    """Say how many scores are unknown; empty when none is."""
    unknown = sum(score.value is None for score in found.scores[:-1])
    return f"{unknown} of {len(found.scores) - 1} scores are unknown" if unknown else ""


def _section(title: str, lines: Iterable[str]) -> list[str]:
    rows = [f"  - {line}" for line in lines]
    return [f"{title}:", *rows] if rows else []
