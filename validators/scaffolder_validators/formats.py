"""What was found, written for people (`text`), programs (`json`) and GitHub's log (`github`); SARIF is in `sarif`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from typing import Final

from scaffolder_validators.finding import Finding
from scaffolder_validators.validator import Result, Validation

JSON_VERSION: Final = 1
"""Raised when a key of the JSON form is removed or changes its meaning."""


def to_text(validation: Validation) -> str:
    """One line per finding, what was not checked and why, and a closing line; without a final line end."""
    lines = [str(finding) for finding in validation.findings]
    lines += [not_checked(result) for result in validation.incomplete]
    return "\n".join([*lines, headline(validation)])


def headline(validation: Validation) -> str:
    """Sum up in one line: `3 errors, 1 warning in 120 files; 5 checks ran, 2 did not`."""
    counts = Counter(finding.severity for finding in validation.findings)
    named = [_count(counts[severity], severity) for severity in ("error", "warning", "note") if counts[severity]]
    ran = sum(result.status in {"ok", "failed"} and bool(result.files) for result in validation.results)
    gaps = f", {len(validation.incomplete)} did not" if validation.incomplete else ""
    return (
        f"{', '.join(named) or 'no findings'} in {_count(validation.files, 'file')}; {_count(ran, 'check')} ran{gaps}"
    )


def not_checked(result: Result) -> str:
    """Say that a validator did not check what it should have: `skipped: mypy (120 files): …`."""
    word = {"error": "crashed", "timeout": "timed out"}.get(result.status, result.status)
    scope = f" ({_count(result.files, 'file')})" if result.files else ""
    return f"{word}: {result.validator}{scope}: {result.reason}"


def to_json(validation: Validation) -> str:
    """One JSON object on one line: the findings, and the result of every validator without its findings."""
    data = {
        "version": JSON_VERSION,
        "files": validation.files,
        "findings": [asdict(finding) for finding in validation.findings],
        "results": [_result(result) for result in validation.results],
    }
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def to_github(validation: Validation) -> str:
    """GitHub's workflow commands: https://docs.github.com/actions/reference/workflow-commands-for-github-actions"""
    return "\n".join([*_commands(validation), headline(validation)])


def _commands(validation: Validation) -> Iterator[str]:
    kinds = {"error": "error", "warning": "warning", "note": "notice"}
    for finding in validation.findings:
        place = f"file={_property(finding.path)},line={finding.line},col={finding.column}"
        if finding.end_line:
            place += f",endLine={finding.end_line}"
        title = _property(finding.rule)
        yield f"::{kinds[finding.severity]} {place},title={title}::{_data(_sentence(finding))}"
    for result in validation.incomplete:
        yield f"::notice title={_property(result.validator)}::{_data(not_checked(result))}"


def _sentence(finding: Finding) -> str:
    return f"{finding.message} ({finding.hint})"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _result(result: Result) -> dict[str, object]:
    data = asdict(result) | {"findings": len(result.findings), "seconds": round(result.seconds, 3)}
    return dict(data)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
