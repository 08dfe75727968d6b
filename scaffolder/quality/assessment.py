"""All that is known of a project's quality, as one frozen value."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

from scaffolder_validators import Finding, Tier, Validation
from scaffolder_validators.complexity import FunctionMetrics, functions
from scaffolder_validators.formats import to_json as validation_json
from scaffolder_validators.quality import Gate, Score, gates_of, scores_of

from scaffolder.blueprints import load_catalog
from scaffolder.checking import check_sources, read_sources, spec_of
from scaffolder.filling.listing import Listed, list_slots
from scaffolder.project import Project

JSON_VERSION: Final = 1
"""Raised when a key of the JSON form is removed or changes its meaning."""

_CODE: Final = (".py", ".pyi", ".ts", ".tsx", ".js", ".jsx", ".mjs", ".sql", ".sh", ".yml", ".yaml", ".toml", ".json")
_NOT_WRITTEN: Final = ("package-lock.json", "openapi.json")
_LONGEST: Final = 20
_LARGEST_COVERAGE: Final = 20_000_000


@dataclass(frozen=True, slots=True)
class Assessment:
    """A project's quality: `lines` of code were checked; `coverage` is the share of lines that tests ran, 0 to 1.

    `coverage` and `agrees` (with the contract) are `None` when nobody can say; `longest` are the functions that are
    hardest to read, `functions` is how many there are.
    """

    project: str
    lines: int
    scores: tuple[Score, ...]
    gates: tuple[Gate, ...]
    validation: Validation
    functions: int
    longest: tuple[FunctionMetrics, ...]
    coverage: float | None
    agrees: bool | None
    slots: tuple[Listed, ...]

    @property
    def passed(self) -> bool:
        """Tell whether all gates are passed; one that could not be judged is not."""
        return all(gate.status == "passed" for gate in self.gates)

    def by_file(self) -> dict[str, tuple[Finding, ...]]:
        """Give the findings of each file that has some, the worst file first."""
        found: dict[str, list[Finding]] = {}
        for finding in self.validation.findings:
            found.setdefault(finding.path, []).append(finding)
        order = sorted(found, key=lambda path: (-sum(one.severity == "error" for one in found[path]), path))
        return {path: tuple(found[path]) for path in order}

    def to_json(self) -> str:
        """Write all of it as one JSON object on one line."""
        data: dict[str, Any] = {"version": JSON_VERSION, "passed": self.passed}
        for item in fields(self):
            value = getattr(self, item.name)
            data[item.name] = [asdict(one) for one in value] if isinstance(value, tuple) else value
        data["validation"] = json.loads(validation_json(self.validation))
        return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def assess(
    root: Path, *, tier: Tier = "project", minimums: Mapping[str, float] | None = None, use_cache: bool = True
) -> Assessment:
    """Check the project in the folder `root` with the validators up to `tier`, and score what they say.

    `minimums` are the gates; by default those of the project's spec (`quality:`).

    Raises:
        StateError: the project's `.scaffold` is damaged.
    """
    project = Project(root)
    sources = read_sources(project)
    validation = check_sources(project, sources, tier=tier, use_cache=use_cache)
    spec = spec_of(project)
    lines = sum(content.count(b"\n") for path, content in sources.files.items() if _is_written(path))
    scores = scores_of(validation, lines)
    if minimums is None:
        minimums = _minimums(asdict(spec.quality)) if spec is not None else {}
    measured = [one for path in sources.files if path.endswith(".py") for one in functions(sources, path)]
    return Assessment(
        project=spec.project.name if spec is not None else root.resolve().name,
        lines=lines,
        scores=scores,
        gates=gates_of(scores, minimums),
        validation=validation,
        functions=len(measured),
        longest=tuple(sorted(measured, key=lambda one: (-one.complexity, -one.lines, one.path))[:_LONGEST]),
        coverage=_coverage(root),
        agrees=_agrees(validation),
        slots=tuple(list_slots(project, load_catalog())) if project.lock is not None else (),
    )


def _minimums(quality: Mapping[str, float | None]) -> dict[str, float]:
    """Give the gate of each score from the spec's `quality`, where `minimum` is for those that are not named."""
    general = quality["minimum"]
    named = {name: value for name, value in quality.items() if name != "minimum"}
    filled = {name: general if value is None else value for name, value in named.items()}
    return {name: value for name, value in filled.items() if value is not None}


def _is_written(path: str) -> bool:
    return path.endswith(_CODE) and path.rpartition("/")[2] not in _NOT_WRITTEN


def _agrees(validation: Validation) -> bool | None:
    result = next((one for one in validation.results if one.validator == "contract"), None)
    if result is None or result.status not in {"ok", "failed"} or not result.files:
        return None
    return not any(finding.severity == "error" for finding in result.findings)


def _coverage(root: Path) -> float | None:
    """Read the share of lines that tests ran from `coverage.xml`, as coverage.py and others write it."""
    path = root / "coverage.xml"
    try:
        if path.stat().st_size > _LARGEST_COVERAGE:
            return None
        text = path.read_text(encoding="utf-8")
        # Entities are the way in which a small document grows large; a coverage report has none.
        return None if "<!ENTITY" in text else float(ET.fromstring(text).attrib["line-rate"])  # noqa: S314
    except (OSError, ValueError, KeyError, ET.ParseError):
        return None
