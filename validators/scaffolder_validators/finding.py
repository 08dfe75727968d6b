"""One thing that a validator says."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

Severity = Literal["error", "warning", "note"]
Origin = Literal["template", "fill", "person"]
OriginOf: TypeAlias = Callable[[str, int], Origin | None]
"""Tells who wrote line `line` (from 1) of the file `path`; `None` when nobody can say."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """What is wrong, where, and what to do.

    `path` is relative and POSIX. Lines and columns count from 1, columns in code points, whatever the engine counts in;
    the region ends before `end_column` of `end_line`, or is a point when they are 0. `rule` is `engine:code`; `hint` is
    one imperative line. `origin` and `fingerprint` are set by `complete`.
    """

    path: str
    line: int
    column: int
    rule: str
    severity: Severity
    message: str
    hint: str
    end_line: int = 0
    end_column: int = 0
    origin: Origin | None = None
    fingerprint: str = ""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.severity}[{self.rule}]: {self.message} ({self.hint})"


def complete(
    findings: Iterable[Finding], files: Mapping[str, bytes], origin_of: OriginOf | None = None
) -> tuple[Finding, ...]:
    """Sort the findings, drop those said twice, and give each its fingerprint and, when it can be known, its origin.

    A fingerprint is made of rule, path, the text of the line and how often the same was said before in that file; line
    numbers are not part of it, so that it survives lines that move.
    """
    lines: dict[str, list[str]] = {}
    seen: Counter[tuple[str, str, str]] = Counter()
    done: list[Finding] = []
    for finding in sorted(set(findings)):
        if finding.path not in lines:
            lines[finding.path] = files.get(finding.path, b"").decode(errors="replace").split("\n")
        text = lines[finding.path][finding.line - 1].strip() if finding.line <= len(lines[finding.path]) else ""
        same = (finding.rule, finding.path, text)
        raw = "\0".join([*same, str(seen[same])]).encode(errors="replace")
        seen[same] += 1
        origin = origin_of(finding.path, finding.line) if origin_of is not None else finding.origin
        done.append(replace(finding, fingerprint=hashlib.sha256(raw).hexdigest()[:16], origin=origin))
    return tuple(done)
