"""What is rendered reads well: short functions and modules, every file used, no comment that repeats its code."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
import sys
import tokenize
import tomllib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import pytest

from tests.support.specs import HELPDESK, example_text

MEDIAN_LINES = 12
FUNCTION_LINES = 50
MODULE_LINES = 250
COMPLEXITY = 10
PARTS = ("app", "tests", "migrations")
# Python runs these; everything else has to be imported by something.
ENTRIES = {"app.main", "app.__main__", "migrations.env"}
# Called by the framework that the class belongs to.
OVERRIDES = {"handle_exit"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Source:
    """The Python modules of a rendered project, by dotted name."""

    def __init__(self, root: Path) -> None:
        self.root = root
        files = [file for part in PARTS for file in sorted((root / part).rglob("*.py"))]
        self.files = {_dotted(file.relative_to(root)): file for file in files}

    @cached_property
    def trees(self) -> dict[str, ast.Module]:
        return {name: ast.parse(file.read_bytes()) for name, file in self.files.items()}

    def functions(self, part: str) -> Iterator[tuple[str, Function]]:
        for name, tree in self.trees.items():
            if name.partition(".")[0] == part:
                yield from ((name, node) for node in ast.walk(tree) if isinstance(node, Function))

    def used(self) -> set[str]:
        """Return the modules that can be reached from an entry or a test, by import or by name."""
        tests = {name for name, file in self.files.items() if file.name.startswith(("test_", "conftest"))}
        waiting, seen = {*ENTRIES, *tests} & self.files.keys(), set[str]()
        while waiting:
            name = waiting.pop()
            seen.add(name)
            waiting |= (self._named_in(name) | _packages(name)) & self.files.keys() - seen
        return seen

    def _named_in(self, name: str) -> set[str]:
        found = set[str]()
        for node in ast.walk(self.trees[name]):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)  # a script that a test starts
        return found


def _dotted(file: Path) -> str:
    parts = file.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _packages(name: str) -> set[str]:
    parts = name.split(".")
    return {".".join(parts[:count]) for count in range(1, len(parts))}


def _lines(node: Function) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


@pytest.fixture(scope="module", params=["example", "helpdesk"])
def source(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Source:
    if request.param == "helpdesk" and not HELPDESK.is_file():
        pytest.skip("shared/inputs is not beside this checkout: helpdesk.yml is not part of the project")
    folder = tmp_path_factory.mktemp(request.param)
    spec = folder / "spec.yml"
    spec.write_text(example_text() if request.param == "example" else HELPDESK.read_text("utf-8"), encoding="utf-8")
    project = folder / "project"
    command = ["copy", "agent-backend", str(project), "--data-file", str(spec), "--quiet"]
    subprocess.run([sys.executable, "-m", "scaffolder", *command], check=True)
    return Source(project)


@pytest.mark.parametrize("part", ["app", "tests"])
def test_functions_are_short(source: Source, part: str) -> None:
    functions = list(source.functions(part))
    assert statistics.median(_lines(node) for _, node in functions) < MEDIAN_LINES
    assert [f"{name}.{node.name}" for name, node in functions if _lines(node) > FUNCTION_LINES] == []


def test_functions_are_simple(source: Source) -> None:
    settings = tomllib.loads((source.root / "pyproject.toml").read_text("utf-8"))["tool"]["ruff"]["lint"]
    assert "C90" in settings["select"]
    assert settings["mccabe"]["max-complexity"] == COMPLEXITY
    ruff = [sys.executable, "-m", "ruff", "check", "--no-cache", "--select", "C901", "."]
    checked = subprocess.run(ruff, cwd=source.root, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_modules_fit_a_few_screens(source: Source) -> None:
    lines = {name: len(file.read_bytes().splitlines()) for name, file in source.files.items() if name.startswith("app")}
    assert {name: count for name, count in lines.items() if count > MODULE_LINES} == {}


def test_modules_say_what_they_are_for(source: Source) -> None:
    assert [name for name, tree in source.trees.items() if tree.body and not ast.get_docstring(tree)] == []


def test_every_module_is_used(source: Source) -> None:
    versions = {name for name in source.files if name.startswith("migrations.versions.")}
    assert source.files.keys() - source.used() - versions == set()


def test_every_function_and_class_is_used(source: Source) -> None:
    text = "\n".join(file.read_text("utf-8") for file in source.files.values())
    defined = {
        node.name
        for name, tree in source.trees.items()
        if name.startswith("app.")
        for node in ast.walk(tree)
        if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("__") and not node.decorator_list
    }
    words = re.findall(r"\w+", text)
    counts = {name: words.count(name) for name in defined - OVERRIDES}
    assert [name for name, count in counts.items() if count < 2] == []


def test_nothing_is_left_to_do(source: Source) -> None:
    left = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedError")
    assert [name for name, file in source.files.items() if left.search(file.read_text("utf-8"))] == []


def test_no_comment_repeats_its_code(source: Source) -> None:
    assert [found for name in source.files for found in _repeating_comments(source, name)] == []


def _repeating_comments(source: Source, name: str) -> Iterator[str]:
    """Yield the comments on a line of their own whose every longer word is in the next line of code as well."""
    lines = source.files[name].read_text("utf-8").splitlines()
    with source.files[name].open("rb") as file:
        comments = [token for token in tokenize.tokenize(file.readline) if token.type == tokenize.COMMENT]
    for comment in comments:
        said = set(re.findall(r"[a-z]{4,}", comment.string.lower()))
        following = lines[comment.end[0]] if comment.end[0] < len(lines) else ""
        if (
            said
            and not comment.line[: comment.start[1]].strip()
            and said <= set(re.findall(r"[a-z]{4,}", following.lower()))
        ):
            yield f"{name}: {comment.string}"
