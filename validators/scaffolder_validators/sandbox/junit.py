"""Test results as pytest writes them (`--junit-xml`, `junit_family=xunit1`), read without trusting them.

The format: https://docs.pytest.org/en/stable/how-to/output.html#creating-junitxml-format-files
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree as Xml

from scaffolder_validators.finding import Finding

KINDS: Final = ("passed", "failed", "errors", "skipped")
_ELEMENTS: Final = {"failure": "failed", "error": "errors", "skipped": "skipped"}
_HINT: Final = "Make the test pass: mend the code, or the test if it is wrong."
_LONGEST: Final = 300


@dataclass(frozen=True, slots=True)
class Results:
    """How many tests passed, failed, could not be run or were skipped, and what is wrong with those that did not."""

    counts: Mapping[str, int]
    findings: tuple[Finding, ...]


def read_results(raw: bytes) -> Results:
    """Read the results; what is not well-formed, or declares entities, has none."""
    if b"<!DOCTYPE" in raw or b"<!ENTITY" in raw:
        return Results(dict.fromkeys(KINDS, 0), ())
    try:
        root = Xml.fromstring(raw)  # noqa: S314 - without declarations there is nothing to expand
    except (Xml.ParseError, ValueError):
        return Results(dict.fromkeys(KINDS, 0), ())
    counts = Counter(dict.fromkeys(KINDS, 0))
    findings: list[Finding] = []
    for case in root.iter("testcase"):
        problems = [child for child in case if child.tag in _ELEMENTS]
        counts[_ELEMENTS[problems[0].tag] if problems else "passed"] += 1
        findings += _findings(case, problems)
    return Results(counts, tuple(findings))


def _findings(case: Xml.Element, problems: list[Xml.Element]) -> Iterator[Finding]:
    path = _path(case)
    for problem in problems:
        if problem.tag == "skipped":
            continue
        text = problem.text or ""
        said = (problem.get("message") or text).strip().splitlines() or ["it did not say why"]
        message = f"{case.get('name', 'a test')}: {said[0].strip()}"[:_LONGEST]
        rule = "tests:failed" if problem.tag == "failure" else "tests:error"
        yield Finding(path, _line(case, path, text), 1, rule, "error", message, _HINT)


def _path(case: Xml.Element) -> str:
    """Give the file of a test; of a module that cannot be imported only the dotted name is known."""
    name = case.get("file") or case.get("classname") or case.get("name") or "tests"
    path = name if name.endswith(".py") else f"{name.replace('.', '/')}.py"
    return "tests" if path.startswith("/") or ".." in path else path


def _line(case: Xml.Element, path: str, text: str) -> int:
    """Give the line (from 1) where the test's own file fails, or else where the test begins."""
    places = re.findall(rf"^{re.escape(path)}:(\d+): ", text, re.MULTILINE)
    if places:
        return max(1, int(places[-1][:7]))
    begins = case.get("line", "")
    return int(begins) + 1 if begins.isdecimal() and len(begins) < 8 else 1
