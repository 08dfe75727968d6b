"""What a run did and what it did not do: one frozen value, written as text for people or as JSON for machines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

from scaffolder.problem import Problem

Status: TypeAlias = Literal["written", "pretended", "partial", "conflicts", "invalid", "failed"]
Action: TypeAlias = Literal["create", "overwrite", "identical", "skip", "conflict", "exclude"]

JSON_VERSION = 1
"""Raised when a key of the JSON form is removed or changes its meaning."""


@dataclass(frozen=True, slots=True)
class BlueprintReport:
    """One blueprint's statistics: `size` in bytes, `seconds` of rendering, ids of the slots left static, errors."""

    name: str
    version: str
    phase: int
    files: int
    size: int
    slots: tuple[str, ...]
    seconds: float
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """What happened, or with `--pretend` would happen, to one path relative to the destination."""

    path: str
    action: Action


@dataclass(frozen=True, slots=True)
class Missing:
    """A blueprint whose files are not there, why, and what to do to get them."""

    blueprint: str
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Report:
    """The result of a run. `size` is the bytes of all rendered files, `seconds` the wall time of the whole run."""

    status: Status
    source: str
    destination: str
    project: str
    size: int
    seconds: float
    changes: tuple[Change, ...] = ()
    blueprints: tuple[BlueprintReport, ...] = ()
    warnings: tuple[Problem, ...] = ()
    not_done: tuple[str, ...] = ()
    missing: tuple[Missing, ...] = ()
    findings: tuple[Problem, ...] = ()
    next_commands: tuple[str, ...] = ()

    def paths(self, *actions: Action) -> tuple[str, ...]:
        """Give the paths that had one of `actions`, in order."""
        return tuple(change.path for change in self.changes if change.action in actions)

    def to_json(self) -> str:
        """Write the report as one JSON object on one line, with a key for every field of it and `version`."""
        data: dict[str, Any] = {"version": JSON_VERSION, **asdict(self)}
        data["files"] = len(self.paths("create", "overwrite", "identical", "skip", "conflict"))
        data["seconds"] = round(self.seconds, 3)
        for blueprint in data["blueprints"]:
            blueprint["seconds"] = round(blueprint["seconds"], 3)
        return json.dumps(data, ensure_ascii=False, separators=(",", ":"))

    def to_text(self) -> str:
        """Write the closing summary: lines of plain text, without colours and without a final line end."""
        parts: list[list[str]] = [[self._headline()]]
        if self.status == "pretended":
            parts.append([f"  {change.action:<9} {change.path}" for change in self.changes])
        if self.status == "conflicts":
            parts.append(_section("Conflicts", self._conflicts()))
        else:
            parts.append(_table(self.blueprints))
            parts.append(_section("Errors", [error for item in self.blueprints for error in item.errors]))
        if self.status == "partial":
            parts.append(_section("Missing", self._missing()))
        parts.append(_section("Warnings", map(str, self.warnings)))
        parts.append(_section("Findings", map(str, self.findings)))
        if self.status not in {"conflicts", "invalid", "failed"}:
            parts.append(_section("Kept as they were", self.paths("skip")))
            parts.append(_section("Not done", self.not_done))
            parts.append(_section("Next", self.next_commands, bullet=""))
        return "\n\n".join("\n".join(part) for part in parts if part)

    def _headline(self) -> str:
        written = len(self.paths("create", "overwrite"))
        same = len(self.paths("identical"))
        total = f"{count(written, 'file')}" + (f" ({same} more already up to date)" if same else "")
        spent = f"{human_size(self.size)} in {self.seconds:.2f} s"
        match self.status:
            case "written":
                return f"{self.project}: wrote {total}, {spent}, to {self.destination}"
            case "pretended":
                return f"{self.project}: would write {total}, {spent}, to {self.destination}; nothing was written"
            case "partial":
                gaps = count(len(self.missing), "blueprint")
                return f"{self.project}: wrote {total}, {spent}, to {self.destination}, without {gaps}"
            case "conflicts":
                blocked = count(len(self.paths("conflict")), "file")
                return f"{self.project}: {blocked} in {self.destination} would be overwritten; nothing was written"
            case "invalid":
                errors = sum(finding.severity == "error" for finding in self.findings)
                return f"{self.project}: {count(errors, 'error')} in what was rendered; nothing was written"
            case "failed":
                failed = sum(bool(item.errors) for item in self.blueprints)
                return f"{self.project}: {count(failed, 'blueprint')} failed; nothing was written{self._sound()}"

    def _sound(self) -> str:
        return "; --partial writes what is sound" if len(self.missing) < len(self.blueprints) else ""

    def _missing(self) -> list[str]:
        remedies = dict.fromkeys(item.remedy for item in self.missing)
        return [*(f"{item.blueprint}: {item.reason}" for item in self.missing), *remedies]

    def _conflicts(self) -> list[str]:
        paths = list(self.paths("conflict"))
        remedy = "pass --overwrite to replace them, --skip PATTERN to keep some, or choose another destination"
        return [*paths, remedy] if paths else []


def count(number: int, noun: str) -> str:
    """Write a number with its noun, in the plural where it must be."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def human_size(size: int) -> str:
    """Write a number of bytes for people, in decimal units."""
    if size < 1000:
        return f"{size} B"
    if size < 1_000_000:
        return f"{size / 1000:.0f} kB"
    return f"{size / 1_000_000:.1f} MB"


def columns(rows: Sequence[Sequence[str]], *, right: Iterable[int] = ()) -> list[str]:
    """Lay rows out in columns two spaces apart, indented by two; those numbered in `right` are right-aligned."""
    to_right = frozenset(right)
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = (
            cell.rjust(width) if column in to_right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        lines.append(("  " + "  ".join(cells)).rstrip())
    return lines


def _table(blueprints: Sequence[BlueprintReport]) -> list[str]:
    if not blueprints:
        return []
    rows = [("phase", "blueprint", "version", "files", "size", "slots", "seconds", "errors")]
    rows += [
        (
            str(item.phase),
            item.name,
            item.version,
            str(item.files),
            human_size(item.size),
            str(len(item.slots)),
            f"{item.seconds:.2f}",
            str(len(item.errors)),
        )
        for item in blueprints
    ]
    return columns(rows, right=(3, 4, 5, 6, 7))


def _section(title: str, lines: Iterable[str], *, bullet: str = "- ") -> list[str]:
    rows = [f"  {bullet}{line}" for line in lines]
    return [f"{title}:", *rows] if rows else []
