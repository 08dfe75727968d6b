"""Python: types, by `mypy --strict`, the judge. It needs the project's dependencies, and minutes on a slow machine.

It is of the tier `sandbox`: it runs the plugins that the project's configuration names, and it is too slow for every
write. The mypy of the project's own environment comes first, because its owner pinned it. The cache of mypy stays in
the user's cache, never in the project.
"""

from __future__ import annotations

import configparser
import json
import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from scaffolder_validators import tool
from scaffolder_validators.finding import Finding, Severity
from scaffolder_validators.sources import Sources
from scaffolder_validators.validator import Missing, Ready, Scope, Skip, Tier

TIER: Tier = "sandbox"
SCOPE: Scope = "project"
TIMEOUT = 600.0
CONFIG: tuple[str, ...] = ("pyproject.toml", "mypy.ini", ".mypy.ini", "setup.cfg")

NO_ENVIRONMENT: Final = (
    "no environment with the dependencies: python3 -m venv .venv && .venv/bin/pip install -r requirements-dev.txt"
)
_HINTS: Final[Mapping[str, str]] = {
    "no-untyped-def": "Annotate the arguments and the result.",
    "type-arg": "Name the type of the items.",
    "no-any-return": "Return a value of a known type.",
    "unused-ignore": "Delete the comment.",
    "import-not-found": "Install the dependency into the environment.",
    "import-untyped": "Install its types, or a stub package.",
    "syntax": "Mend the syntax; the file cannot be imported as it is.",
}
_HINT = "Let the types agree."


def probe() -> Ready | Missing:
    """A program that a Python package brings."""
    return tool.probe_packaged("mypy", "mypy", "pip install mypy")


def applies_to(path: str) -> bool:
    """Python source."""
    return path.endswith((".py", ".pyi"))


def check(sources: Sources) -> Iterator[Finding]:
    """Check the whole project, and give what is said of the files to be checked.

    Raises:
        Skip: there is no environment with the dependencies.
    """
    if sources.environment is None:
        raise Skip(NO_ENVIRONMENT)
    own = sources.environment / "bin" / "mypy"
    options = ["--strict", "--output", "json", "--no-error-summary", "--show-error-end", "--show-column-numbers"]
    options += ["--cache-dir", os.fspath(_cache()), "--python-executable", str(sources.environment / "bin" / "python")]
    for batch in _batches(sources):
        for line in _lines(own if own.is_file() else tool.find("mypy"), [*options, *batch], sources.folder):
            finding = _finding(sources, json.loads(line))
            if finding is not None:
                yield finding


def _batches(sources: Sources) -> Iterator[list[str]]:
    """Give what mypy is to check: what the project's configuration says, else each file."""
    if _names_files(sources.tree):
        yield []
    else:
        yield from (["--explicit-package-bases", *batch] for batch in tool.batches(sources.files))


def _names_files(tree: Mapping[str, bytes]) -> bool:
    for name in ("mypy.ini", ".mypy.ini", "setup.cfg"):
        parser = configparser.ConfigParser(interpolation=None)
        try:
            parser.read_string(tree.get(name, b"").decode())
        except (configparser.Error, UnicodeDecodeError):
            continue  # mypy says what is wrong with it
        if any(parser.has_option("mypy", option) for option in ("files", "packages", "modules")):
            return True
    try:
        settings = tomllib.loads(tree.get("pyproject.toml", b"").decode())["tool"]["mypy"]
    except (ValueError, KeyError, TypeError):
        return False
    return isinstance(settings, dict) and any(option in settings for option in ("files", "packages", "modules"))


def _lines(program: Path | None, arguments: Sequence[str], folder: Path) -> list[str]:
    if program is None:
        raise tool.ToolError("mypy", 127, "it is gone")
    done = tool.run([program, *arguments], timeout=TIMEOUT, cwd=folder, environment={"XDG_CONFIG_HOME": os.devnull})
    lines = [line for line in done.stdout.splitlines() if line.strip()]
    if done.returncode not in {0, 1, 2} or not all(line.startswith("{") for line in lines):
        raise tool.ToolError("mypy", done.returncode, done.stderr or done.stdout)
    if done.returncode == 2 and not lines:
        raise tool.ToolError("mypy", done.returncode, done.stderr)
    return lines


def _cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "scaffolder" / "mypy"


def _finding(sources: Sources, item: Mapping[str, Any]) -> Finding | None:
    path = tool.relative(sources.folder, item["file"])
    if path not in sources.files:
        return None
    code = item["code"] or "misc"
    severity: Severity = "error" if item["severity"] == "error" else "note"
    hint = item["hint"] or _HINTS.get(code, _HINT)
    message, hint = item["message"], hint.replace("\n", " ")
    line = max(item["line"], 1)
    lines = sources.files[path].split(b"\n")
    if line > len(lines) or not lines[line - 1].isascii():
        # Its columns there depend on the version: code points, bytes, or bytes taken for code points and counted anew.
        return Finding(path, line, 1, f"mypy:{code}", severity, message, hint)
    end = (item["end_line"], item["end_column"] + 1) if "end_line" in item else (0, 0)
    return Finding(path, line, max(item["column"], 0) + 1, f"mypy:{code}", severity, message, hint, *end)
