"""Python: functions that are too long or nested too deep, and what the quality report counts.

Ruff says what is too complex (C901) and has too many arguments, branches or returns (PLR09); this says the rest. A
nested function counts for itself and, with its lines, for the one around it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from scaffolder_validators.finding import Finding
from scaffolder_validators.sources import Sources
from scaffolder_validators.validator import Missing, Ready, Scope, Tier

TIER: Tier = "project"
SCOPE: Scope = "file"
TIMEOUT = 60.0
CONFIG: tuple[str, ...] = ()

LONGEST_FUNCTION: Final = 100
"""Lines, without decorators, docstring and comments before the first statement."""
STRAIGHT: Final = 2
"""A function with no more paths than this is a list of steps (a migration), and may be as long as it needs."""
DEEPEST: Final = 5
"""Blocks (if, for, while, with, try, match) inside each other."""
LONGEST_MODULE: Final = 1000
"""Lines."""

_BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.TryStar, ast.Match)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_DECISIONS = (
    *(ast.If, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler, ast.IfExp, ast.comprehension, ast.Assert),
    *(ast.match_case,),
)


@dataclass(frozen=True, slots=True)
class FunctionMetrics:
    """What can be counted of one function: `name` is dotted (`Class.method`), `line` that of its `def`.

    `complexity` is McCabe's number of paths: 1, and 1 more for each `if`, loop, `except`, `case`, comprehension,
    condition, assert and each further operand of `and` and `or`. `depth` is how deep its blocks are nested.
    """

    path: str
    name: str
    line: int
    lines: int
    complexity: int
    arguments: int
    depth: int


def probe() -> Ready | Missing:
    """It is part of this package, so it is there."""
    return Ready("1")


def applies_to(path: str) -> bool:
    """Python source."""
    return path.endswith(".py")


def check(sources: Sources) -> Iterator[Finding]:
    """Measure each file that parses."""
    for path, content in sources.files.items():
        lines = content.count(b"\n")
        if lines > LONGEST_MODULE:
            message = f"the module has {lines} lines, more than {LONGEST_MODULE}"
            yield Finding(path, 1, 1, "complexity:long-module", "warning", message, "Split it by what it is about.")
        for one in functions(sources, path):
            if one.lines > LONGEST_FUNCTION and one.complexity > STRAIGHT:
                message = f"{one.name} has {one.lines} lines, more than {LONGEST_FUNCTION}"
                yield Finding(path, one.line, 1, "complexity:long-function", "warning", message, "Split the function.")
            if one.depth > DEEPEST:
                message = f"{one.name} nests {one.depth} blocks, more than {DEEPEST}"
                hint = "Return early, or move the inner blocks into a function."
                yield Finding(path, one.line, 1, "complexity:deep-nesting", "warning", message, hint)


def functions(sources: Sources, path: str) -> list[FunctionMetrics]:
    """Measure all functions of the Python file `path` of the tree, by line; none when it does not parse."""
    tree = sources.module(path)
    if tree is None:
        return []
    found: list[FunctionMetrics] = []
    pending: list[tuple[ast.AST, str]] = [(tree, "")]
    while pending:
        node, prefix = pending.pop()
        for child in ast.iter_child_nodes(node):
            named = isinstance(child, (*_FUNCTIONS, ast.ClassDef))
            inner = f"{prefix}{child.name}." if isinstance(child, (*_FUNCTIONS, ast.ClassDef)) else prefix
            if isinstance(child, _FUNCTIONS):
                found.append(_measure(path, f"{prefix}{child.name}", child))
            if named or isinstance(child, (ast.stmt, ast.ExceptHandler, ast.match_case)):
                pending.append((child, inner))
    return sorted(found, key=lambda one: (one.line, one.name))


def _measure(path: str, name: str, node: ast.FunctionDef | ast.AsyncFunctionDef) -> FunctionMetrics:
    body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
    first = body[0].lineno if body else node.lineno
    last = node.end_lineno or node.lineno
    arguments = node.args
    count = len(arguments.posonlyargs) + len(arguments.args) + len(arguments.kwonlyargs)
    count += (arguments.vararg is not None) + (arguments.kwarg is not None)
    return FunctionMetrics(path, name, node.lineno, last - first + 1, _complexity(node), count, _depth(node))


def _complexity(function: ast.AST) -> int:
    total, pending = 1, [function]
    while pending:
        for child in ast.iter_child_nodes(pending.pop()):
            if isinstance(child, (*_FUNCTIONS, ast.Lambda, ast.ClassDef)):
                continue  # counts for itself
            total += isinstance(child, _DECISIONS)
            total += len(child.values) - 1 if isinstance(child, ast.BoolOp) else 0
            pending.append(child)
    return total


def _depth(function: ast.AST) -> int:
    deepest, pending = 0, [(function, 0)]
    while pending:
        node, depth = pending.pop()
        deepest = max(deepest, depth)
        for child in ast.iter_child_nodes(node):
            if isinstance(child, (*_FUNCTIONS, ast.ClassDef, ast.expr)):
                continue
            pending.append((child, depth + (isinstance(child, _BLOCKS) and not _is_elif(node, child))))
    return deepest


def _is_elif(parent: ast.AST, child: ast.AST) -> bool:
    return isinstance(parent, ast.If) and isinstance(child, ast.If) and parent.orelse == [child]
