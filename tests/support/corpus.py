"""The corpus of seeded defects: `tests/corpus/<area>/<case>/` with a broken tree, its clean twin and what must be said.

    broken/…        files with the defect                 clean/…       the same files without it
    expect.txt      one `path:line rule` per line         contract.json the contract, for cases that compare with it

A file that git or an editor would not leave as it is (invalid UTF-8, CRLF) stands there as `NAME.b64`, in Base64.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from scaffolder_validators import Finding, Result, Sources, validate

ROOT = Path(__file__).resolve().parents[1] / "corpus"


@dataclass(frozen=True, order=True)
class Expected:
    """What a finding must name."""

    path: str
    line: int
    rule: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line} {self.rule}"


@dataclass(frozen=True)
class Case:
    """One defect and its clean twin."""

    folder: Path

    @property
    def name(self) -> str:
        """Area and case, as `python/undefined-name`."""
        return self.folder.relative_to(ROOT).as_posix()

    @property
    def area(self) -> str:
        """The kind of files, as `python`."""
        return self.folder.parent.name

    @cached_property
    def expected(self) -> frozenset[Expected]:
        """What must be found in the broken tree."""
        lines = (self.folder / "expect.txt").read_text(encoding="utf-8").splitlines()
        return frozenset(_expected(line) for line in lines if line.strip())

    def run(self, twin: str) -> Run:
        """Check the twin `broken` or `clean` with everything that a project is checked with."""
        contract = self.folder / "contract.json"
        known = json.loads(contract.read_text(encoding="utf-8")) if contract.is_file() else None
        done = validate(Sources.of(_files(self.folder / twin), known), tier="project")
        return Run(done.findings, done.results)


@dataclass(frozen=True)
class Run:
    """What was said of one twin, and by whom."""

    findings: tuple[Finding, ...]
    results: tuple[Result, ...]

    @property
    def said(self) -> frozenset[Expected]:
        """The findings in the form in which they are expected."""
        return frozenset(Expected(one.path, one.line, one.rule) for one in self.findings)

    @property
    def alarms(self) -> tuple[Finding, ...]:
        """The findings that a clean file must not have."""
        return tuple(one for one in self.findings if one.severity != "note")

    @property
    def crashed(self) -> tuple[Result, ...]:
        """The validators that did not end well."""
        return tuple(one for one in self.results if one.status in {"error", "timeout"})

    def skipped(self, expected: Expected) -> str:
        """Say why the validator that should find `expected` did not run, or nothing when it did."""
        engine = expected.rule.partition(":")[0]
        return next((one.reason for one in self.results if one.validator == engine and one.status == "skipped"), "")


def cases() -> list[Case]:
    """Give all cases, in the order of their names."""
    return [Case(path.parent) for path in sorted(ROOT.glob("*/*/expect.txt"))]


def _files(folder: Path) -> Mapping[str, bytes]:
    return dict(_read(folder))


def _read(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            name, content = path.relative_to(folder).as_posix(), path.read_bytes()
            yield (name[:-4], base64.b64decode(content)) if name.endswith(".b64") else (name, content)


def _expected(line: str) -> Expected:
    place, rule = line.split()
    path, number = place.rsplit(":", 1)
    return Expected(path, int(number), rule)
