"""SQL: style, by sqlfluff, per dialect. It is no judge of what a database takes: that say `postgast` and `sqlite`.

The project's `.sqlfluff` counts, but for its templater: that one may run code, so that templates are left alone here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from scaffolder_validators import tool
from scaffolder_validators.dialect import CONFIG as DIALECT_CONFIG
from scaffolder_validators.dialect import dialect_of, is_sql
from scaffolder_validators.finding import Finding, Severity
from scaffolder_validators.sources import Sources
from scaffolder_validators.validator import Missing, Ready, Scope, Tier

TIER: Tier = "project"
SCOPE: Scope = "file"
TIMEOUT = 120.0
CONFIG: tuple[str, ...] = DIALECT_CONFIG

LARGEST: Final = 50_000
"""Bytes; sqlfluff takes seconds for what is larger."""

_SMELLS: Final = frozenset("AL04 AL08 AM01 AM07 AM08 AM09 CV05 RF01".split())
_HINTS: Final[Mapping[str, str]] = {
    "AL04": "Give each table its own alias.",
    "AL08": "Give each column its own alias.",
    "AM01": "Leave out DISTINCT or GROUP BY.",
    "CV05": "Compare with IS NULL.",
    "RF01": "Name a table that stands in FROM.",
    "PRS": "Mend the statement, or name the dialect in the first line: `-- dialect: NAME`.",
}
_HINT = "Run `sqlfluff fix`."
_JUDGED = frozenset({"postgres", "sqlite"})


def probe() -> Ready | Missing:
    """A Python package; it is imported only when there is SQL to check."""
    return tool.probe_package("sqlfluff", "pip install 'scaffolder[validators]'")


def applies_to(path: str) -> bool:
    """SQL of any dialect."""
    return is_sql(path)


def check(sources: Sources) -> Iterator[Finding]:
    """Lint each file, with one linter for all that are written in the same way."""
    linters: dict[tuple[str, ...], Any] = {}
    for path, text in sources.texts():
        if "{{" in text or "{%" in text:
            continue
        if len(text) > LARGEST:
            message = f"style not checked: more than {LARGEST:,} characters"
            yield Finding(path, 1, 1, "sqlfluff:too-large", "note", message, "Split the file.")
            continue
        dialect = dialect_of(path, sources.tree)
        key = (dialect, *_settings(path, sources.tree))
        linter = linters.get(key) or linters.setdefault(key, _linter(*key))
        if linter is None:
            message = f"sqlfluff does not know the dialect {dialect}, or does not take the configuration"
            yield Finding(path, 1, 1, "sqlfluff:dialect", "warning", message, _HINTS["PRS"])
        else:
            yield from _lint(linter, path, text, dialect)


def _settings(path: str, tree: Mapping[str, bytes]) -> Iterator[str]:
    """Give the contents of the `.sqlfluff` files from the root down to the file."""
    folders = path.split("/")[:-1]
    for count in range(len(folders) + 1):
        content = tree.get("".join(f"{part}/" for part in folders[:count]) + ".sqlfluff")
        if content is not None:
            yield content.decode(errors="replace")


def _linter(dialect: str, *settings: str) -> Any | None:
    import configparser  # noqa: PLC0415

    from sqlfluff.core import FluffConfig, Linter, SQLFluffUserError  # noqa: PLC0415 - 0.3 s that only SQL costs

    overrides: dict[str, Any] = {"dialect": dialect, "templater": "raw", "large_file_skip_byte_limit": 0}
    if not settings:
        overrides["max_line_length"] = 120
        overrides["exclude_rules"] = "RF06"  # quotes that this dialect does not need, but another one may
    try:
        return Linter(config=FluffConfig.from_strings(*settings, overrides=overrides))
    except (SQLFluffUserError, KeyError, ValueError, configparser.Error):
        return None


def _lint(linter: Any, path: str, text: str, dialect: str) -> Iterator[Finding]:
    for violation in linter.lint_string(text, fname=path).get_violations():
        code = violation.rule_code()
        severity: Severity = "warning" if code in _SMELLS or code == "PRS" else "note"
        if (code == "PRS" and dialect in _JUDGED) or code in {"LXR", "TMP"}:
            continue
        place = max(violation.line_no, 1), max(violation.line_pos, 1)
        message = violation.desc().replace("\n", " ")
        yield Finding(path, *place, f"sqlfluff:{code}", severity, message, _HINTS.get(code, _HINT))
