"""From the results of the stages to the report."""

from __future__ import annotations

import shlex
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scaffolder.next_commands import next_commands
from scaffolder.planned import Planned
from scaffolder.problem import Problem
from scaffolder.render import Failure, Rendered, Statistics
from scaffolder.report import BlueprintReport, Change, Missing, Report, Status
from scaffolder.state import SPEC_FILE

if TYPE_CHECKING:
    from scaffolder_fills.fill import Outcome as SlotOutcome


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the run ended, and what happened to each path."""

    status: Status
    changes: tuple[Change, ...] = ()
    findings: tuple[Problem, ...] | None = None
    """What the validators said of what is new; `None` when they were not asked."""
    slots: tuple[SlotOutcome, ...] = ()
    """What became of the slots for which the project has locked fills."""


def summarise(
    destination: Path, planned: Planned, rendered: Rendered, paths: Collection[str], outcome: Outcome, seconds: float
) -> Report:
    """Give the report of a run of `seconds` wall time; `paths` are those of the whole project."""
    plan = planned.plan
    return Report(
        status=outcome.status,
        source=plan.source,
        destination=str(destination),
        project=planned.project,
        size=sum(len(file.content) for file in rendered.tree.values()),
        seconds=seconds,
        changes=outcome.changes,
        blueprints=tuple(map(_blueprint, rendered.statistics)),
        warnings=planned.warnings,
        findings=outcome.findings or (),
        not_done=(
            *plan.notes,
            *planned.not_done,
            *rendered.notes,
            *_static_slots(rendered, outcome.slots),
            *_unchecked(outcome),
        ),
        missing=tuple(_missing(failure, plan.source, destination) for failure in rendered.failures),
        # A partial project may lack what its commands need.
        next_commands=next_commands(paths, str(destination)) if outcome.status == "written" else (),
    )


def _blueprint(item: Statistics) -> BlueprintReport:
    return BlueprintReport(
        name=item.blueprint,
        version=item.version,
        phase=item.phase,
        files=item.files,
        size=item.size,
        slots=item.slots,
        seconds=item.seconds,
        errors=tuple(error.message for error in item.errors),
    )


def _static_slots(rendered: Rendered, outcomes: Collection[SlotOutcome]) -> tuple[str, ...]:
    left_out = {failure.blueprint for failure in rendered.failures}
    replayed = sum(one.state == "replayed" for one in outcomes)
    slots = sum(len(item.slots) for item in rendered.statistics if item.blueprint not in left_out) - replayed
    lost = (f"{one.slot}: {one.reason}" for one in outcomes if one.state != "replayed")
    if not slots:
        return tuple(lost)
    noun, verb = ("slot", "keeps") if slots == 1 else ("slots", "keep")
    return (f"{slots} {noun} {verb} the template's own text: no language model was asked", *lost)


def _unchecked(outcome: Outcome) -> tuple[str, ...]:
    if outcome.findings is None and outcome.status != "failed":
        return ("validation: it was switched off, so nothing was checked before writing",)
    return ()


def _missing(failure: Failure, source: str, destination: Path) -> Missing:
    reason = "it failed" if failure.errors else f"it requires {', '.join(failure.requires)}, which failed"
    words = ["scaffolder", "copy", source, str(destination), "--data-file", str(destination / SPEC_FILE), "--overwrite"]
    return Missing(failure.blueprint, reason, f"mend the errors, then run: {shlex.join(words)}")
