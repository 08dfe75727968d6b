"""SQL: migrations of PostgreSQL that lock, break running clients or fail on tables with rows, by squawk.

A migration is a file in a folder called migrations, migrate or versions, or one named like Flyway's (`V1__users.sql`)
or `1_users.up.sql`; files that take one back (`.down.sql`) may drop what they like.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from scaffolder_validators import tool
from scaffolder_validators.dialect import CONFIG as DIALECT_CONFIG
from scaffolder_validators.dialect import dialect_of, is_sql
from scaffolder_validators.finding import Finding, Severity
from scaffolder_validators.sources import Sources
from scaffolder_validators.units import column_of_byte
from scaffolder_validators.validator import Missing, Ready, Scope, Tier

TIER: Tier = "project"
SCOPE: Scope = "file"
TIMEOUT = 60.0
CONFIG: tuple[str, ...] = (*DIALECT_CONFIG, ".squawk.toml")

_FOLDERS = frozenset({"migrations", "migration", "migrate", "versions"})
_NAMED = re.compile(r"^V\d[\w.]*__.*\.sql$|\.up\.sql$", re.IGNORECASE)
_BACK = re.compile(r"\.(down|undo|rollback)\.sql$|^U\d[\w.]*__", re.IGNORECASE)

SEVERITIES: Final[Mapping[str, Severity]] = {
    # They fail when they are run.
    "adding-required-field": "error",
    "ban-concurrent-index-creation-in-transaction": "error",
    "ban-drop-database": "error",
    "ban-uncommitted-transaction": "error",
    "prefer-timestamp-tz": "warning",
    # Taste, or a matter of how migrations are run.
    "prefer-": "note",
    "require-lock-timeout": "note",
    "require-statement-timeout": "note",
    "require-timeout-settings": "note",
    "": "warning",
}
_LEFT_OUT = frozenset({"syntax-error"})  # PostgreSQL's own parser judges that
_HINT = "Split the migration into steps that running clients survive."


def probe() -> Ready | Missing:
    """A program that a Python package brings."""
    return tool.probe_packaged("squawk", "squawk-cli", "pip install 'scaffolder[validators]'")


def applies_to(path: str) -> bool:
    """Migrations in SQL."""
    *folders, name = path.split("/")
    if not is_sql(path) or _BACK.search(name) or "down" in folders:
        return False
    return bool(_NAMED.search(name)) or any(folder.lower() in _FOLDERS for folder in folders)


def check(sources: Sources) -> Iterator[Finding]:
    """Check all migrations of PostgreSQL in one run."""
    paths = [path for path in sources.files if dialect_of(path, sources.tree) == "postgres"]
    yield from tool.survived(paths, lambda batch: _run(sources, batch), lambda path: tool.too_much("squawk", path))


def _run(sources: Sources, batch: Sequence[str]) -> Iterator[Finding]:
    said = tool.output("squawk", ["--reporter", "json", *batch], folder=sources.folder, timeout=TIMEOUT)
    try:
        items = json.loads(said or "[]")
    except json.JSONDecodeError:
        raise tool.ToolError("squawk", 0, f"no JSON: {said[:200]!r}") from None
    for item in items:
        if item["rule_name"] not in _LEFT_OUT:
            yield _finding(sources, item)


def _finding(sources: Sources, item: Mapping[str, Any]) -> Finding:
    path, rule = tool.relative(sources.folder, item["file"]), item["rule_name"]
    start = _place(sources.tree[path], item["line"], item["column"])
    end = _place(sources.tree[path], item["line_end"], item["column_end"])
    severity = next(value for name, value in SEVERITIES.items() if rule.startswith(name))
    hint = (item["help"] or _HINT).replace("\n", " ")
    return Finding(path, *start, f"squawk:{rule}", severity, item["message"].replace("\n", " "), hint, *end)


def _place(content: bytes, line: int, column: int) -> tuple[int, int]:
    """Squawk counts lines and bytes from 0."""
    lines = content.split(b"\n")
    return line + 1, column_of_byte(lines[line], column) if line < len(lines) else 1
