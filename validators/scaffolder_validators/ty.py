"""Python: types, by ty. It is fast and still young, so that only what must fail when it runs is an error.

Unresolved imports are not repeated here: `imports` says what is not declared, and what is declared need not be
installed. Without an environment the types of dependencies are unknown, and the project's own are checked. A line with
a comment `type: ignore` is left alone, whatever code it names.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from scaffolder_validators import tool
from scaffolder_validators.finding import Finding, Severity
from scaffolder_validators.sources import Sources
from scaffolder_validators.validator import Missing, Ready, Scope, Skip, Tier

TIER: Tier = "project"
SCOPE: Scope = "project"
TIMEOUT = 90.0
CONFIG: tuple[str, ...] = ("pyproject.toml", "ty.toml")

CERTAIN: Final = frozenset(
    "abstract-class-instantiation conflicting-metaclass duplicate-base inconsistent-mro index-out-of-bounds "
    "invalid-await invalid-context-manager invalid-exception-caught invalid-raise missing-argument missing-attribute "
    "missing-module-member not-callable not-iterable not-subscriptable parameter-already-assigned "
    "positional-only-parameter-as-kwarg too-many-positional-arguments unknown-argument unresolved-reference "
    "unsupported-operator zero-stepsize-in-slice".split()
)
"""Rules whose findings fail when the line runs; the others' are warnings."""

# What is deprecated in a stub is no defect, and ruff knows what is in the standard library.
_LEFT_OUT = frozenset({"import-not-found", "unresolved-import", "deprecated", "possibly-missing-submodule"})
_HINTS: Final[Mapping[str, str]] = {
    "invalid-argument-type": "Pass what the function expects, or change its annotation.",
    "invalid-assignment": "Assign what is declared, or change the annotation.",
    "invalid-explicit-return": "Return what the function says, or change its annotation.",
    "missing-argument": "Pass the argument.",
    "missing-attribute": "Use an attribute that the type has, or narrow the type first.",
    "missing-module-member": "Import a name that the module has.",
    "too-many-positional-arguments": "Leave out what the function does not take.",
    "unknown-argument": "Name an argument that the function has.",
    "unresolved-reference": "Import or define the name.",
}
_HINT = "Let the types agree."
# A failed inference of generics (SQLAlchemy's) and no fault of the code.
_NEVER = re.compile(r"Expected `[^`]*\bNever\b")
_IGNORED = re.compile(r"#\s*type:\s*ignore\b")


def probe() -> Ready | Missing:
    """A program that a Python package brings."""
    return tool.probe_packaged("ty", "ty", "pip install 'scaffolder[validators]'")


def applies_to(path: str) -> bool:
    """Python source."""
    return path.endswith((".py", ".pyi"))


def check(sources: Sources) -> Iterator[Finding]:
    """Check the types of all files in one run.

    Raises:
        Skip: the project's configuration is not one that ty takes.
    """
    with tempfile.TemporaryDirectory(prefix="scaffolder-ty-") as empty:
        environment = sources.environment
        if environment is None or not any(environment.glob("lib/python*/site-packages")):  # none, or half made
            environment = _nothing_installed(Path(empty))
        yield from tool.survived(
            sources.files,
            lambda batch: _findings(sources, _run(sources, environment, batch)),
            lambda path: tool.too_much("ty", path),
        )


def _run(sources: Sources, environment: Path, batch: list[str]) -> list[Any]:
    options = ["--exit-zero", "--no-progress", "--output-format", "gitlab", "--python", str(environment)]
    try:
        said = tool.output("ty", ["check", *options, *batch], folder=sources.folder, timeout=TIMEOUT)
    except tool.ToolError as error:
        if "is not a valid" in error.errors:
            reason = [line.strip() for line in error.errors.splitlines() if line.strip()][-1]
            raise Skip(f"ty does not take the project's configuration: {reason}") from None
        raise
    try:
        found: list[Any] = json.loads(said)
    except json.JSONDecodeError:
        raise tool.ToolError("ty", 0, f"no JSON: {said[:200]!r}") from None
    return found


def _findings(sources: Sources, items: list[Any]) -> Iterator[Finding]:
    found = (_finding(sources, item) for item in items)
    return (one for one in found if one is not None)


def _nothing_installed(folder: Path) -> Path:
    """Make an environment without packages: else ty takes those of any Python that it finds on this machine."""
    (folder / "lib" / "python3.11" / "site-packages").mkdir(parents=True)
    (folder / "bin").mkdir()
    (folder / "pyvenv.cfg").write_text(f"home = {folder / 'bin'}\n", encoding="utf-8")
    return folder


def _finding(sources: Sources, item: Mapping[str, Any]) -> Finding | None:
    code, place = item["check_name"], item["location"]["positions"]
    message = item["description"].removeprefix(f"{code}: ")
    path = tool.relative(sources.folder, item["location"]["path"])
    start, end = place["begin"], place["end"]
    if code in _LEFT_OUT or _NEVER.search(message) or _is_ignored(sources, path, start["line"], end["line"]):
        return None
    region = (start["line"], start["column"]), (end["line"], end["column"])
    severity = _severity(code, item["severity"])
    return Finding(path, *region[0], f"ty:{code}", severity, message, _HINTS.get(code, _HINT), *region[1])


def _severity(code: str, said: str) -> Severity:
    if code in CERTAIN or code == "invalid-syntax":
        return "error"
    return "note" if said == "info" else "warning"


def _is_ignored(sources: Sources, path: str, first: int, last: int) -> bool:
    lines = sources.tree.get(path, b"").decode(errors="replace").split("\n")[first - 1 : last]
    return any(_IGNORED.search(line) for line in lines)
