"""TypeScript and JavaScript: syntax and lint, by oxlint, for all files in one run.

The project's `.oxlintrc.json` counts; without one, what is wrong (`correctness`) and what smells (`suspicious`) is
looked for, with the rules for React, imports and promises.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from scaffolder_validators import tool
from scaffolder_validators.finding import Finding, Severity
from scaffolder_validators.sources import Sources
from scaffolder_validators.units import place_of_byte
from scaffolder_validators.validator import Missing, Ready, Scope, Tier

TIER: Tier = "project"
SCOPE: Scope = "project"  # the rules about imports look into other files
TIMEOUT = 60.0
CONFIG: tuple[str, ...] = (".oxlintrc.json", "tsconfig.json", "package.json")

ENDINGS: Final = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts")

FAILS: Final = frozenset(
    "constructor-super for-direction getter-return jsx-no-duplicate-props jsx-no-undef no-async-promise-executor "
    "no-class-assign no-compare-neg-zero no-cond-assign no-const-assign no-debugger no-dupe-args no-dupe-class-members "
    "no-dupe-else-if no-dupe-keys no-duplicate-case no-eval no-extra-non-null-assertion no-func-assign "
    "no-import-assign no-invalid-regexp no-new-native-nonconstructor no-obj-calls no-self-assign "
    "no-setter-return no-shadow-restricted-names no-this-before-super no-undef no-unreachable "
    "no-unsafe-finally no-unsafe-negation no-unsafe-optional-chaining no-unused-labels no-with use-isnan valid-typeof "
    "hooks rules-of-hooks default named namespace no-script-url".split()
)
"""Rules whose findings do what nobody wanted when they run; those of other rules are warnings."""

_OURS = (
    "--disable-nested-config",
    *("-D", "correctness", "-W", "suspicious", "-D", "eqeqeq", "-D", "no-eval", "-D", "no-var"),
    *("-A", "no-unassigned-import", "-A", "react-in-jsx-scope", "-A", "require-module-specifiers"),
    *("--import-plugin", "--promise-plugin", "--react-plugin"),
)
_CODE = re.compile(r"(?:eslint-plugin-)?(?P<plugin>[\w@/-]+)\((?P<rule>[^)]+)\)")
_HINTS: Final[Mapping[str, str]] = {
    "eqeqeq": "Compare with === or !==.",
    "no-cond-assign": "Compare, or assign before the condition.",
    "no-debugger": "Delete the statement.",
    "no-eval": "Replace eval by data and plain functions.",
    "no-unused-vars": "Delete the variable, or use it.",
    "no-var": "Write const or let.",
    "syntax": "Mend the syntax; the file cannot be loaded as it is.",
}


def probe() -> Ready | Missing:
    """A program that a Python package brings; it needs no Node."""
    return tool.probe_packaged("oxlint", "oxlint", "pip install 'scaffolder[validators]'")


def applies_to(path: str) -> bool:
    """TypeScript and JavaScript, but for what was minified."""
    return path.endswith(ENDINGS) and not path.endswith((".min.js", ".min.mjs", ".d.ts"))


def check(sources: Sources) -> Iterator[Finding]:
    """Lint all files."""
    configured = any(path.rpartition("/")[2] == ".oxlintrc.json" for path in sources.tree)
    try:
        yield from list(_all(sources, () if configured else _OURS))
    except tool.ToolError as error:
        if not configured or "config" not in error.errors:
            raise
        yield _misconfigured(sources, error)
        yield from _all(sources, _OURS)


def _all(sources: Sources, rules: Sequence[str]) -> Iterator[Finding]:
    return tool.survived(
        sources.files, lambda batch: _run(sources, batch, rules), lambda path: tool.too_much("oxlint", path)
    )


def _run(sources: Sources, batch: Sequence[str], rules: Sequence[str]) -> Iterator[Finding]:
    arguments = ["--format", "json", "--no-ignore", "--no-error-on-unmatched-pattern", *rules, *batch]
    said = tool.output("oxlint", arguments, folder=sources.folder, timeout=TIMEOUT)
    try:
        found = json.loads(said)["diagnostics"]
    except (json.JSONDecodeError, KeyError):
        raise tool.ToolError("oxlint", 1, said) from None
    for item in found:
        if "filename" in item:
            yield _finding(sources, item)
        elif "valid UTF-8" not in item["message"]:  # the validator `text` says which are not
            raise tool.ToolError("oxlint", 1, item["message"])


def _finding(sources: Sources, item: Mapping[str, Any]) -> Finding:
    path = tool.relative(sources.folder, item["filename"])
    content = sources.tree.get(path, b"")
    spans = [label["span"] for label in item["labels"]] or [{"offset": 0, "length": 0}]
    # Several labels tell a story whose last is where it happens, but for what is declared and never used.
    span = spans[0] if "unused" in (item.get("code") or "") else spans[-1]
    start, end = span["offset"], span["offset"] + span["length"]
    match = _CODE.match(item.get("code") or "")
    plugin, rule = (match["plugin"], match["rule"]) if match else ("", "syntax")
    name = rule if plugin in {"", "eslint"} else f"{plugin}/{rule}"
    severity: Severity = "error" if rule in FAILS or rule == "syntax" else "warning"
    hint = _HINTS.get(rule) or _sentence(item.get("help"), name)
    region = place_of_byte(content, end) if end > start else (0, 0)
    return Finding(path, *place_of_byte(content, start), f"oxlint:{name}", severity, item["message"], hint, *region)


def _sentence(said: str | None, name: str) -> str:
    line = " ".join((said or "").split())
    return f"{line.rstrip('.')}." if line else f"Change it as the rule {name} of oxlint says."


def _misconfigured(sources: Sources, error: tool.ToolError) -> Finding:
    paths = [path for path in sources.tree if path.rpartition("/")[2] == ".oxlintrc.json"]
    path = next((path for path in paths if path in error.errors), min(paths, key=len))
    reason = " ".join(error.errors.split())[:300]
    hint = "Mend the configuration; meanwhile the files are checked by common rules."
    return Finding(path, 1, 1, "oxlint:configuration", "error", reason, hint)
