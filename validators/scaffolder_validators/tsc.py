"""TypeScript: types, by the TypeScript compiler.

The project's own (`node_modules`) comes first: it is what its owner pinned; else one on the path. From version 7 on it
is a program of its own that needs no Node. Without installed dependencies nothing is known of their types, and what
follows from that is not said.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from scaffolder_validators import tool
from scaffolder_validators.finding import Finding
from scaffolder_validators.sources import Sources
from scaffolder_validators.units import column_of_utf16
from scaffolder_validators.validator import Missing, Ready, Scope, Skip, Tier

TIER: Tier = "project"
SCOPE: Scope = "project"
TIMEOUT = 120.0
CONFIG: tuple[str, ...] = ("tsconfig.json", "package.json", "package-lock.json", "tsconfig.app.json")

NO_TYPESCRIPT: Final = "TypeScript not found: npm install --save-dev typescript"
NO_NODE: Final = "Node not found: install Node 22, or TypeScript 7, whose compiler needs none"

_SAID = re.compile(r"^(?:(?P<path>[^\n(]+)\((?P<line>\d+),(?P<column>\d+)\): )?error (?P<code>TS\d+): (?P<message>.+)$")
_OPTIONS = ("--noEmit", "--pretty", "false", "--incremental", "false")
_WITHOUT_CONFIG = (
    *("--strict", "--skipLibCheck", "--target", "es2023", "--module", "esnext", "--moduleResolution", "bundler"),
    *("--jsx", "react-jsx", "--allowImportingTsExtensions"),
)
_MISSING = {"TS2307", "TS2792", "TS7016", "TS2688"}  # a module or its types
_FOLLOWS = {
    "TS2875",
    "TS7026",
    "TS2580",
    "TS2582",
    "TS2584",
    "TS2591",
    "TS2592",
    "TS2593",
    "TS7006",
    "TS7031",
    "TS2503",
}
_RELATIVE = re.compile(r"(?:module|file) '\.{1,2}/")
_HINTS: Final[Mapping[str, str]] = {
    "TS2304": "Import or define the name.",
    "TS2307": "Name a module that there is.",
    "TS2322": "Assign what is declared, or change the type.",
    "TS2339": "Use a property that the type has, or narrow the type first.",
    "TS2345": "Pass what the function expects, or change its type.",
    "TS7006": "Annotate the parameter.",
}
_HINT = "Let the types agree."


def probe() -> Ready | Missing:
    """The compiler on the path, if there is one; the project may have its own."""
    if tool.find("tsc") is None:
        return Ready("the project's")
    ready = tool.probe("tsc", "npm install --save-dev typescript")
    return ready if isinstance(ready, Ready) else Ready("the project's")


def applies_to(path: str) -> bool:
    """TypeScript."""
    return path.endswith((".ts", ".tsx", ".mts", ".cts"))


def check(sources: Sources) -> Iterator[Finding]:
    """Check each TypeScript project of the tree, and the files that belong to none.

    Raises:
        Skip: there is no compiler, or no Node to run it.
    """
    compiler = _compiler(sources)
    installed = bool(sources.node_modules())
    alone: list[str] = []
    configs: dict[str, None] = {}
    for path in sources.files:
        config = _config_of(path, sources.tree)
        if config is None:
            alone.append(path)
        else:
            configs.update(dict.fromkeys(_projects(config, sources.tree)))
    runs = [["-p", f"./{config}"] for config in configs]
    runs += [[*_WITHOUT_CONFIG, *batch] for batch in tool.batches(alone)]
    for arguments in runs:
        for finding in _run(sources, [*compiler, *_OPTIONS, *arguments], arguments[1].removeprefix("./")):
            if _is_meant(finding, installed=installed) and (finding.path in sources.files or _is_config(finding.path)):
                yield finding


def _compiler(sources: Sources) -> list[str]:
    """Give the command: the project's native compiler, one on the path, or the project's for Node."""
    scripts = []
    for modules in sources.node_modules():
        native = next(
            (path for path in modules.glob("@typescript/typescript-*/lib/tsc") if os.access(path, os.X_OK)), 0
        )
        if native:
            return [str(native)]
        script = modules / "typescript" / "bin" / "tsc"
        scripts += [str(script)] if script.is_file() else []
    found = tool.find("tsc")
    if found is not None and (not _needs_node(found) or shutil.which("node")):
        return [str(found)]
    node = shutil.which("node")
    if scripts and node:
        return [node, scripts[0]]
    raise Skip(NO_NODE if scripts or found is not None else NO_TYPESCRIPT)


def _needs_node(program: Path) -> bool:
    with program.open("rb") as file:
        first = file.readline(200)
    return first.startswith(b"#!") and b"node" in first


def _config_of(path: str, tree: Mapping[str, bytes]) -> str | None:
    folders = path.split("/")[:-1]
    for count in range(len(folders), -1, -1):
        config = "".join(f"{part}/" for part in folders[:count]) + "tsconfig.json"
        if config in tree:
            return config
    return None


def _projects(config: str, tree: Mapping[str, bytes]) -> Iterator[str]:
    """Give the configuration, or those it refers to when it is a list of others."""
    text = re.sub(r"^\s*//.*$|/\*.*?\*/", "", tree[config].decode(errors="replace"), flags=re.MULTILINE | re.DOTALL)
    try:
        data = json.loads(re.sub(r",(\s*[}\]])", r"\1", text))
        named = [one["path"] for one in data["references"]] if data.get("files") == [] else []
    except (ValueError, KeyError, TypeError, AttributeError):
        named = []  # the compiler says what is wrong with it
    folder = config.rpartition("/")[0]
    found = [os.path.normpath(os.path.join(folder, name)) for name in named]  # noqa: PTH118 - not a place on this disk
    found = [path if path.endswith(".json") else f"{path}/tsconfig.json" for path in found]
    yield from [path for path in found if path in tree] or [config]


def _run(sources: Sources, command: Sequence[str], config: str) -> Iterator[Finding]:
    done = tool.run(command, timeout=TIMEOUT, cwd=sources.folder)
    matches = [match for match in map(_SAID.match, done.stdout.splitlines()) if match]
    if done.returncode not in {0, 1, 2} or (done.returncode and not matches):
        raise tool.ToolError("tsc", done.returncode, done.stderr or done.stdout)
    for match in matches:
        path = tool.relative(sources.folder, match["path"]) if match["path"] else config
        line, column = int(match["line"] or 1), int(match["column"] or 1)
        lines = sources.tree.get(path, b"").decode(errors="replace").split("\n")
        if line <= len(lines):
            column = column_of_utf16(lines[line - 1], column)
        code = match["code"]
        hint = _HINTS.get(code, _HINT)
        yield Finding(path, line, column, f"tsc:{code}", "error", match["message"], hint)


def _is_meant(finding: Finding, *, installed: bool) -> bool:
    code = finding.rule.partition(":")[2]
    if installed or code not in _MISSING | _FOLLOWS:
        return True
    return code in _MISSING and _RELATIVE.search(finding.message) is not None


def _is_config(path: str) -> bool:
    return path.rpartition("/")[2].startswith("tsconfig")
