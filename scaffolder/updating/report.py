"""What an update did, or would do: one frozen value, written as text for people or as JSON for machines."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

from scaffolder.merging import Mention, PathOutcome
from scaffolder.merging.model import NEEDS_A_PERSON
from scaffolder.problem import Problem
from scaffolder.report import count
from scaffolder.updating.diffs import FileChange

Status: TypeAlias = Literal["updated", "current", "pretended", "unsettled", "edits", "destructive", "invalid", "failed"]
"""How an update ended.

updated      written, perhaps with conflicts (`conflicts` names them)
current      there was nothing to write
pretended    nothing was written because that was asked for
unsettled    nothing was written: files still have the marks of an earlier conflict
edits        nothing was written: `recopy` would give up edits, and was not told to
destructive  nothing was written: the new migration would lose something of the rows, and that was not allowed
invalid      nothing was written: the new files have errors
failed       nothing was written: blueprints failed
"""

JSON_VERSION = 1
"""Raised when a key of the JSON form is removed or changes its meaning."""

_DETAILS = {
    "kept-edited": "the blueprints no longer have it, you edited it: it is yours now",
    "kept-deleted": "you deleted it",
    "once": "yours since the first copy",
}
_SILENT = ("unchanged", "edited", "once")


@dataclass(frozen=True, slots=True)
class Migration:
    """A new revision: `losses` is what it loses of the rows that exist, `rows` what these get; a sentence each."""

    path: str
    title: str
    losses: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UpdateReport:
    """The result of a run. `changes` are the bytes before and after of each file, for a diff; `seconds` wall time.

    `old_names` are lines of people that say a name which the spec, and so the blueprints, do not have any more.
    `findings` of an update that was written are errors in these lines.
    """

    status: Status
    source: str
    destination: str
    project: str
    seconds: float
    outcomes: tuple[PathOutcome, ...] = ()
    changes: tuple[FileChange, ...] = ()
    blueprints: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    warnings: tuple[Problem, ...] = ()
    findings: tuple[Problem, ...] = ()
    old_names: tuple[Mention, ...] = ()
    migration: Migration | None = None
    not_done: tuple[str, ...] = ()

    @property
    def conflicts(self) -> tuple[PathOutcome, ...]:
        """What a person has to look at."""
        return tuple(one for one in self.outcomes if one.outcome in NEEDS_A_PERSON)

    def to_json(self, *, diff: bool = False) -> str:
        """Write the report as one JSON object on one line, with the diffs when asked for."""
        data: dict[str, Any] = {"version": JSON_VERSION, **asdict(self), "seconds": round(self.seconds, 3)}
        data["conflicts"] = [one.path for one in self.conflicts]
        data["changes"] = [one.path for one in self.changes]
        if diff:
            data["diff"] = {one.path: "\n".join(one.diff()) for one in self.changes}
        return json.dumps(data, ensure_ascii=False, separators=(",", ":"))

    def to_text(self) -> str:
        """Write the closing summary: lines of plain text, without colours and without a final line end."""
        said = [one for one in self.outcomes if one.outcome not in _SILENT or one.reason]
        if self.status == "unsettled":
            said = []
        if self.status == "destructive":
            said = []
        if self.status == "edits":
            said = [one for one in said if one.outcome == "replaced"]
        parts = [
            [self._headline()],
            [f"  {one.outcome:<12}  {one.path}{detail(one)}" for one in said],
            _section("Blueprints", self.blueprints),
            _section("Errors", self.errors),
            _section("Conflicts", self._conflicts()),
            _section("Migration", self._migration()),
            _section("Destructive", self._destructive()),
            _section("Old names", self._old_names()),
            _section("Warnings", map(str, self.warnings)),
            _section("Findings", map(str, self.findings)),
            _section("Not done", self.not_done),
        ]
        return "\n\n".join("\n".join(part) for part in parts if part)

    def _headline(self) -> str:
        spent = f"in {self.seconds:.2f} s"
        where = f"{self.project} in {self.destination}"
        match self.status:
            case "updated":
                return f"{where}: {self._counts()}, {spent}"
            case "pretended":
                return f"{where}: {self._counts()}, {spent}; nothing was written"
            case "current":
                return f"{where}: nothing to do, {spent}{self._edited()}"
            case "unsettled":
                marked = count(len(self.conflicts), "file")
                return f"{where}: {marked} with marks of an earlier conflict; nothing was written"
            case "edits":
                replaced = sum(one.outcome == "replaced" for one in self.outcomes)
                return f"{where}: edits in {count(replaced, 'file')} would be given up; nothing was written"
            case "destructive":
                losses = count(len(self._losses), "destructive change")
                return f"{where}: {losses} to rows that exist; nothing was written"
            case "invalid":
                return f"{where}: {count(len(self.findings), 'new error')} in the new files; nothing was written"
            case "failed":
                return f"{where}: {count(len(self.errors), 'error')} in the blueprints; nothing was written"

    def _counts(self) -> str:
        found = Counter(one.outcome for one in self.outcomes if one.outcome != "unchanged")
        text = ", ".join(f"{number} {outcome}" for outcome, number in sorted(found.items())) or "no file changes"
        same = sum(one.outcome == "unchanged" for one in self.outcomes)
        return f"{text} ({same} unchanged)"

    def _edited(self) -> str:
        edited = sum(one.outcome == "edited" for one in self.outcomes)
        return f" ({count(edited, 'file')} edited by you)" if edited else ""

    @property
    def _losses(self) -> tuple[str, ...]:
        return self.migration.losses if self.migration is not None else ()

    def _migration(self) -> list[str]:
        if self.migration is None:
            return []
        return [f"{self.migration.path}: {self.migration.title}", *self.migration.rows]

    def _destructive(self) -> list[str]:
        if not self._losses or self.status != "destructive":
            return list(self._losses)
        return [*self._losses, "to go on, pass --allow-destructive; to keep them, change scaffold.yml"]

    def _old_names(self) -> list[str]:
        return [f"{one.path}:{one.line} still says {one.name}" for one in self.old_names]

    def _conflicts(self) -> list[str]:
        if self.status in {"destructive", "invalid", "failed"}:
            return []
        lines = [f"{one.path}{_conflict(one)}" for one in self.conflicts]
        if lines and self.status == "unsettled":
            lines.append("settle these first, or pass --force")
        elif lines:
            lines.append("settle these and commit; `scaffolder check` tells whether marks are left")
        return lines


def detail(one: PathOutcome) -> str:
    """Write what is worth saying about an outcome, in brackets behind its path."""
    said = [
        f"was {one.was}" if one.was is not None else "",
        _DETAILS.get(one.outcome, ""),
        count(one.conflicts, "conflict") if one.conflicts else "",
        one.reason,
        f"the new one is {one.beside}" if one.beside is not None else "",
    ]
    text = "; ".join(part for part in said if part)
    return f" ({text})" if text else ""


def _conflict(one: PathOutcome) -> str:
    if one.beside is not None:
        return f": compare it with {one.beside}"
    places = count(one.conflicts, "place") if one.conflicts else "places"
    return f": {places} between <<<<<<< yours and >>>>>>> blueprints"


def _section(title: str, lines: Iterable[str]) -> list[str]:
    rows = [f"  - {line}" for line in lines]
    return [f"{title}:", *rows] if rows else []
