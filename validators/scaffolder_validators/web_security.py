"""TypeScript and JavaScript: holes that show in the structure of the code, by ast-grep.

It is no judge of syntax: what does not parse is searched as far as it does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from scaffolder_validators.finding import Finding
from scaffolder_validators.sources import Sources
from scaffolder_validators.validator import Missing, Ready, Scope, Tier
from scaffolder_validators.web_rules import RULES

TIER: Tier = "project"
SCOPE: Scope = "file"
TIMEOUT = 60.0
CONFIG: tuple[str, ...] = ()

_LANGUAGES: Final = {
    ".ts": "typescript",
    ".mts": "typescript",
    ".cts": "typescript",
    ".tsx": "tsx",
    ".js": "javascript",
    ".mjs": "javascript",
    ".cjs": "javascript",
    ".jsx": "javascript",
}
_HINTS_AT: Final = re.compile(
    r"(?i)eval\(|new Function|innerHTML|outerHTML|document\.write|insertAdjacent|cors\(|['\"]none['\"]|select|insert|"
    r"update|delete|unauthorized|exec(Sync)?\(|password|passwd|secret|_?key|token|Math\.random|postMessage"
)
_TESTS: Final = re.compile(
    r"(^|/)(__tests__|__mocks__|tests?|e2e|fixtures|mocks)/|\.(test|spec|stories)\.[cm]?[jt]sx?$"
)
_LONGEST_LINE: Final = 20_000


def probe() -> Ready | Missing:
    """Look for ast-grep."""
    try:
        return Ready(version("ast-grep-py"))
    except PackageNotFoundError:
        return Missing("ast-grep-py not found: pip install 'scaffolder[validators]'")


def applies_to(path: str) -> bool:
    """TypeScript and JavaScript, with or without JSX."""
    return path.endswith(tuple(_LANGUAGES)) and not path.endswith((".d.ts", ".min.js"))


def check(sources: Sources) -> Iterator[Finding]:
    """Search each file in which a word hints at one of the defects."""
    from ast_grep_py import SgRoot  # noqa: PLC0415 - an extra

    for path, text in sources.texts():
        if _HINTS_AT.search(text) is None:
            continue
        if max(map(len, text.split("\n"))) > _LONGEST_LINE:
            message = f"not checked: a line is longer than {_LONGEST_LINE:,} characters, as in code that was packed"
            yield Finding(path, 1, 1, "web-security:packed", "note", message, "Check the source that it was made from.")
            continue
        language = _LANGUAGES[path[path.rindex(".") :]]
        root = SgRoot(text, language).root()
        in_tests = _TESTS.search(path) is not None
        for rule in RULES:
            if (in_tests and not rule.in_tests) or (rule.jsx and language == "typescript"):
                continue
            for node in root.find_all(rule.config):  # type: ignore[call-overload]
                start, end = node.range().start, node.range().end
                yield Finding(
                    path,
                    start.line + 1,
                    start.column + 1,
                    f"web-security:{rule.code}",
                    rule.severity,
                    rule.message,
                    rule.hint,
                    end.line + 1,
                    end.column + 1,
                )
