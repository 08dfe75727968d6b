"""Python: ruff's rules and its format, for all files in one run.

Files below a folder with a ruff configuration are checked by it, because that is what their owner promised, and by
`ALWAYS` besides. All others are checked by `SELECTED`. What a code is worth: an error will break or is a hole, a
warning smells, a note is style.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from scaffolder_validators import tool
from scaffolder_validators.finding import Finding, Severity
from scaffolder_validators.sources import Sources
from scaffolder_validators.validator import Missing, Ready, Scope, Tier

TIER: Tier = "project"
SCOPE: Scope = "project"  # the order of imports depends on which modules the project has
TIMEOUT = 60.0
CONFIG: tuple[str, ...] = ("pyproject.toml", "ruff.toml", ".ruff.toml")

SELECTED: Final = (
    "A,ASYNC,B,BLE,C4,C90,DTZ,E,F,FLY,G,I,ISC,LOG,PERF,PGH,PIE,PL,PYI,RET,RSE,RUF,S,SIM,T10,TRY002,TRY203,UP,W"
)
"""The rules for files without a configuration."""

_IGNORED = "E501,PLR2004,PYI021,RUF001,RUF002,RUF003"
# The formatter sets the width; numbers beside a comparison are clear; labels are written in any alphabet.

ALWAYS: Final = (
    "E9,F502,F503,F504,F505,F506,F507,F508,F509,F521,F522,F523,F524,F525,F601,F602,F621,F622,F631,F632,F633,F634,F7,"
    "F821,F822,F823,PLE,B003,B006,B012,B015,B016,B018,B020,B022,B023,B025,B029,B030,B031,B035,B039,ASYNC251,RUF006,"
    "RUF008,S201,S202,S323,S501,S502,S503,S504,S505,S506,S507,S602,S701"
)
"""The rules that no configuration turns off (a comment `noqa` on the line or a pattern for some files does)."""

_TESTS = ("S101", "S105", "S106", "S108", "S311", "PLR", "B018")

SEVERITIES: Final[Mapping[str, Severity]] = {
    # The longest beginning of a code decides.
    "": "note",
    "invalid-syntax": "error",
    "A00": "warning",
    "A005": "note",
    "ASYNC": "warning",
    **dict.fromkeys(("ASYNC210", "ASYNC220", "ASYNC221", "ASYNC222", "ASYNC251"), "error"),
    "B": "warning",
    **dict.fromkeys(
        "B002 B003 B006 B012 B015 B016 B018 B020 B022 B023 B025 B029 B030 B031 B032 B035 B039".split(), "error"
    ),
    "B905": "note",
    "BLE": "warning",
    "C90": "warning",
    "DTZ": "warning",
    "E7": "warning",
    "E9": "error",
    "F": "error",
    **dict.fromkeys(("F401", "F403", "F405", "F541", "F811", "F841", "F842"), "warning"),
    "G": "note",
    "LOG": "warning",
    "PERF": "note",
    "PGH": "warning",
    "PLE": "error",
    "PLR09": "warning",
    "PLW": "warning",
    "PLW2901": "note",
    "RUF005": "note",
    **dict.fromkeys(("RUF006", "RUF008", "RUF009", "RUF016"), "error"),
    **dict.fromkeys(("RUF012", "RUF013", "RUF015", "RUF029", "RUF034"), "warning"),
    "S": "warning",
    **dict.fromkeys(
        "S102 S201 S202 S302 S307 S312 S321 S323 S324 S501 S502 S503 S504 S505 S506 S507 S508 S509 S602 S604 S605 S608 "
        "S611 S612 S701 S702".split(),
        "error",
    ),
    **dict.fromkeys(("S101", "S110", "S112", "S310", "S404", "S603", "S606", "S607"), "note"),
    "T10": "warning",
    "TRY": "warning",
    "W605": "warning",
}

HINTS: Final[Mapping[str, str]] = {
    "ASYNC210": "Use an asynchronous HTTP client.",
    "ASYNC251": "Await asyncio.sleep instead.",
    "B006": "Default to None and make the value inside the function.",
    "B008": "Move the call into the function, or into a constant.",
    "B023": "Bind the loop variable as a default argument.",
    "B904": "Raise it `from` the error, or `from None`.",
    "BLE001": "Name the exceptions that you expect.",
    "C901": "Split the function.",
    "DTZ": "Use aware datetimes: datetime.now(UTC).",
    "E711": "Compare with `is None`.",
    "E722": "Name the exceptions that you expect.",
    "F401": "Delete the import.",
    "F811": "Rename or delete one of the two.",
    "F821": "Import or define the name.",
    "F841": "Delete the variable, or use it.",
    "I001": "Run `ruff check --select I --fix`.",
    "PLR09": "Split the function.",
    "RUF006": "Keep a reference to the task.",
    "RUF008": "Use field(default_factory=...).",
    "RUF012": "Annotate it with ClassVar, or make it in __init__.",
    "S102": "Replace exec by data and plain functions.",
    "S105": "Read the secret from the environment.",
    "S106": "Read the secret from the environment.",
    "S107": "Read the secret from the environment.",
    "S113": "Give the request a timeout.",
    "S307": "Use ast.literal_eval or a parser.",
    "S324": "Use SHA-256, or say usedforsecurity=False.",
    "S501": "Leave certificates verified.",
    "S506": "Use yaml.safe_load.",
    "S602": "Pass a list of arguments without a shell.",
    "S608": "Pass values as parameters of the query.",
    "S701": "Turn autoescape on.",
    "invalid-syntax": "Mend the syntax; the file cannot be imported as it is.",
}
_FORMAT_HINT = "Run `ruff format`."
_CONFIG_HINT = "Mend the configuration; meanwhile the files are checked by common rules."
_MINIMUM = re.compile(r">=?\s*3\.(\d+)")


def probe() -> Ready | Missing:
    """It comes with the scaffolder."""
    return tool.probe_packaged("ruff", "ruff", "pip install ruff")


def applies_to(path: str) -> bool:
    """Python source."""
    return path.endswith((".py", ".pyi"))


def check(sources: Sources) -> Iterator[Finding]:
    """Lint and compare with the format."""
    configured: list[str] = []
    others: list[str] = []
    roots = _configured_folders(sources.tree)
    for path in sources.files:
        (configured if any(path.startswith(root) for root in roots) else others).append(path)
    try:
        yield from list(_run(sources, configured, ("--force-exclude",), ("--extend-select", ALWAYS)))
    except tool.ToolError as error:
        yield _misconfigured(sources, error)
        others += configured
    yield from _run(sources, others, ("--isolated", *_target(sources.tree)), _common_rules())


def severity_of(code: str) -> Severity:
    """Tell what a finding of ruff's rule `code` is worth."""
    return SEVERITIES[next(code[:end] for end in range(len(code), -1, -1) if code[:end] in SEVERITIES)]


def _common_rules() -> tuple[str, ...]:
    settings = {
        "lint.mccabe.max-complexity": "10",
        "lint.pylint.max-args": "8",
        "lint.per-file-ignores": json.dumps({"**/tests/**": _TESTS, "tests/**": _TESTS, "test_*.py": _TESTS}).replace(
            '": ', '" = '
        ),
    }
    given = [part for name, value in settings.items() for part in ("--config", f"{name}={value}")]
    return ("--select", SELECTED, "--ignore", _IGNORED, *given)


def _run(sources: Sources, paths: Sequence[str], common: Sequence[str], rules: Sequence[str]) -> Iterator[Finding]:
    def work(batch: Sequence[str]) -> Iterator[Finding]:
        arguments = ["--no-cache", "--output-format", "json", *common]
        yield from _lint(sources, ["check", "--no-fix", *arguments, *rules, *batch])
        yield from _format(sources, ["format", "--check", *arguments, *batch])

    return tool.survived(paths, work, lambda path: tool.too_much("ruff", path))


def _lint(sources: Sources, arguments: Sequence[str]) -> Iterator[Finding]:
    for item in _json(sources, arguments):
        code = item["code"] or "invalid-syntax"
        hint = next((HINTS[code[:end]] for end in range(len(code), 0, -1) if code[:end] in HINTS), None)
        fix = (item["fix"] or {}).get("message")
        yield _finding(sources, item, code, severity_of(code), item["message"], hint or _sentence(fix, item["name"]))


def _format(sources: Sources, arguments: Sequence[str]) -> Iterator[Finding]:
    for item in _json(sources, arguments):
        if item["code"] == "unformatted":  # the linter says what does not parse
            yield _finding(sources, item, "format", "note", "not as the formatter would write it", _FORMAT_HINT)


def _json(sources: Sources, arguments: Sequence[str]) -> Iterable[Any]:
    # The formatter ends with 2 when a file does not parse, and lists it all the same.
    accepted = (0, 1, 2) if arguments[0] == "format" else (0, 1)
    said = tool.output("ruff", arguments, folder=sources.folder, timeout=TIMEOUT, accepted=accepted)
    try:
        found: list[Any] = json.loads(said)
    except json.JSONDecodeError:
        raise tool.ToolError("ruff", 0, f"no JSON: {said[:200]!r}") from None
    return found


def _finding(
    sources: Sources, item: Mapping[str, Any], code: str, severity: Severity, message: str, hint: str
) -> Finding:
    start, end = item["location"], item["end_location"]
    path = tool.relative(sources.folder, item["filename"])
    region = (end["row"], end["column"]) if code != "format" else (0, 0)
    return Finding(path, start["row"], start["column"], f"ruff:{code}", severity, message, hint, *region)


def _sentence(fix: str | None, name: str) -> str:
    return f"{fix.rstrip('.')}." if fix else f"Change it as the rule {name} of ruff says."


def _configured_folders(tree: Mapping[str, bytes]) -> list[str]:
    """Give the folders (with their last slash; the root is empty) whose files ruff is configured for."""
    found = []
    for path, content in tree.items():
        folder, _, name = path.rpartition("/")
        if name in {"ruff.toml", ".ruff.toml"} or (name == "pyproject.toml" and b"[tool.ruff" in content):
            found.append(f"{folder}/" if folder else "")
    return found


def _target(tree: Mapping[str, bytes]) -> tuple[str, ...]:
    """Give the option with the oldest Python that the project runs on; it is not read without a configuration."""
    try:
        project = tomllib.loads(tree.get("pyproject.toml", b"").decode())["project"]
        match = _MINIMUM.search(project["requires-python"])
    except (ValueError, KeyError, TypeError):  # another validator says what is wrong with the file
        match = None
    return (
        ("--target-version", f"py3{match[1]}") if match and 7 <= int(match[1]) <= 14 else ("--target-version", "py311")
    )


def _misconfigured(sources: Sources, error: tool.ToolError) -> Finding:
    """Say which configuration ruff does not take."""
    paths = [path for path in sources.tree if path.rpartition("/")[2] in CONFIG]
    named = [path for path in paths if re.search(rf"[\s/`]{re.escape(path)}(?![\w/])", error.errors)]
    if not named:
        raise error
    path = max(named, key=len)
    line = re.search(r"at line (\d+), column (\d+)", error.errors)
    place = (int(line[1]), int(line[2])) if line else (1, 1)
    field = re.search(r"unknown field `([^`]+)`", error.errors)
    if field:  # ruff points at the table, not at the key in it
        lines = sources.tree[path].decode(errors="replace").split("\n")
        place = next(((at, 1) for at, text in enumerate(lines, 1) if text.strip().startswith(field[1])), place)
    reason = [text.strip() for text in error.errors.splitlines() if text.strip()][-1]
    return Finding(path, *place, "ruff:configuration", "error", reason, _CONFIG_HINT)
