"""Python: holes that show in the structure of the code. Parsed only where a word hints at one of them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

from scaffolder_validators.finding import Finding
from scaffolder_validators.python_names import Names
from scaffolder_validators.python_rules import RULES, Rule
from scaffolder_validators.sources import Sources
from scaffolder_validators.validator import Missing, Ready, Scope, Tier

TIER: Tier = "project"
SCOPE: Scope = "file"
TIMEOUT = 60.0
CONFIG: tuple[str, ...] = ()

_HINTS_AT: Final = re.compile(
    rb"(?i)eval\(|exec\(|jwt|cors|execute|text\(|debug|yaml|pickle|marshal|shell|system\(|popen|verify|cert_none|"
    rb"unverified|password|passwd|pwd|secret|token|api_?key|access_?key|private_?key|mktemp|assert |set_cookie"
)
_WAIVED: Final = re.compile(r"#\s*noqa:\s*([A-Z0-9, ]+)")


def probe() -> Ready | Missing:
    """It is part of this package, so it is there."""
    return Ready("1")


def applies_to(path: str) -> bool:
    """Python source."""
    return path.endswith(".py")


def check(sources: Sources) -> Iterator[Finding]:
    """Walk each syntax tree once, with the rules for each kind of node."""
    for path, content in sources.files.items():
        if _HINTS_AT.search(content) is None:
            continue
        tree = sources.module(path)
        if tree is not None:  # the validator `python` says why it does not parse
            yield from _walk(Names(path, content, tree))


def _walk(names: Names) -> Iterator[Finding]:
    for node in names.nodes:
        for rule in RULES.get(type(node), ()):
            if names.in_tests and not rule.in_tests:
                continue
            for place, message in rule.look(node, names):
                if not _waived(names, place, rule):
                    yield _finding(names, place, rule, message)


def _waived(names: Names, place: ast.expr | ast.stmt, rule: Rule) -> bool:
    """Tell whether somebody wrote `noqa` there with the code that ruff gives to the same defect."""
    for line in {place.lineno, place.end_lineno or place.lineno}:
        match = _WAIVED.search(names.line(line))
        if match and set(match[1].replace(",", " ").split()) & rule.same_as:
            return True
    return False


def _finding(names: Names, place: ast.expr | ast.stmt, rule: Rule, message: str) -> Finding:
    code = f"python-security:{rule.code}"
    return Finding(names.path, place.lineno, names.column(place), code, rule.severity, message, rule.hint)
