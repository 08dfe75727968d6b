"""How long and how complex each Python function is (McCabe's cyclomatic complexity, boolean operators included)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from scaffolder_validators.sources import Sources

_BRANCHES = (ast.If, ast.IfExp, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler, ast.comprehension, ast.match_case)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, slots=True)
class Function:
    """One function: `name` is qualified by its classes, `lines` counts those of its body, `line` is where it starts."""

    path: str
    name: str
    line: int
    lines: int
    complexity: int


def functions_of(sources: Sources) -> list[Function]:
    """Measure every function in the Python files to be checked; what does not parse has none."""
    found: list[Function] = []
    for path, text in sources.only(one for one in sources.files if one.endswith(".py")).texts():
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        found.extend(_walk(path, tree, ""))
    return found


def _walk(path: str, node: ast.AST, prefix: str) -> Iterator[Function]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, _FUNCTIONS):
            name = f"{prefix}{child.name}"
            last = child.end_lineno or child.lineno
            yield Function(path, name, child.lineno, last - child.body[0].lineno + 1, _complexity(child))
            yield from _walk(path, child, f"{name}.")
        elif isinstance(child, ast.ClassDef):
            yield from _walk(path, child, f"{prefix}{child.name}.")
        else:
            yield from _walk(path, child, prefix)


def _complexity(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count the decisions of a function and of what is defined in it, plus one."""
    decisions = 0
    for node in ast.walk(function):
        if isinstance(node, _BRANCHES):
            decisions += 1
        elif isinstance(node, ast.BoolOp):
            decisions += len(node.values) - 1
    return decisions + 1
