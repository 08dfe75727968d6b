"""The expressions of workflows: `{{ triage.priority }}` inside strings, and conditions like `triage.priority >= 5`.

The language is small on purpose: dotted paths, literals, comparisons, `and`, `or`, `not`, `in` and arithmetic. It is
read with Python's own parser; a path segment may be a Python keyword (`input.class`) or an index (`items.0.id`).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from keyword import iskeyword

Path = tuple[str | int, ...]
"""`triage.tags.0` is `("triage", "tags", 0)`."""

LENGTH_LIMIT = 1_000
_OPEN = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_TEXT = r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'"""
_INDEX = re.compile(rf"{_TEXT}|(?<![\w.\])])\d+(?:\.\d+)?|(?<=[\w\])])\.(?P<index>\d+)")
"""A text or a number, which stay as they are, or an index of a path: the `.0` of `items.0` but not of `1.0`."""
_WORD = re.compile(rf"{_TEXT}|(?P<dot>\.?)\s*\b(?P<word>[A-Za-z_]\w*)\b(?P<path>(?=\s*\.))?")
_MARK = "__keyword"
_LITERALS = {"true": True, "false": False, "null": None}
_OPERATORS = frozenset({"and", "or", "not", "in", "is", "None", "True", "False"})
_ALLOWED = (
    ast.Expression, ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.Compare, ast.Eq, ast.NotEq,
    ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn, ast.Attribute, ast.Name, ast.Load, ast.Constant,
    ast.Subscript, ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Mod, ast.List, ast.Tuple,
)  # fmt: skip


class ExpressionError(ValueError):
    """The text is no expression of this language; the message says why."""


@dataclass(frozen=True, slots=True)
class Expression:
    """One parsed expression: its source, its tree and the paths that it reads, in order of appearance."""

    source: str
    tree: ast.expr
    paths: tuple[Path, ...]


def parse_expression(source: str) -> Expression:
    """Parse one expression.

    Raises:
        ExpressionError: The text is too long, is not an expression, or uses what the language does not have.
    """
    if len(source) > LENGTH_LIMIT:
        raise ExpressionError(f"an expression has at most {LENGTH_LIMIT} characters")
    try:
        tree = ast.parse(_mark_keywords(_mark_indexes(source.strip())), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ExpressionError(f"`{source.strip()}` is not an expression") from error
    for node in ast.walk(tree):
        if not isinstance(node, _ALLOWED):
            raise ExpressionError(f"`{source.strip()}` uses {_describe(node)}, which expressions do not have")
        if isinstance(node, ast.Constant) and not isinstance(node.value, str | int | float | bool | None):
            raise ExpressionError(f"`{source.strip()}` has a literal that is no text, number, true, false or null")
        if isinstance(node, ast.Attribute | ast.Subscript) and path_of(node) is None:
            raise ExpressionError(f"`{source.strip()}` looks into what is no path")
    return Expression(source.strip(), tree, tuple(_paths(tree)))


def _describe(node: ast.AST) -> str:
    names = {"Call": "a call", "Lambda": "a lambda", "IfExp": "`if`", "Dict": "a mapping", "JoinedStr": "an f-string"}
    return names.get(type(node).__name__, f"`{type(node).__name__}`")


def parse_template(text: str) -> tuple[str | Expression, ...]:
    """Split a string into its literal parts and its `{{ }}` expressions; empty parts are left out.

    Raises:
        ExpressionError: A part is no expression, or braces are left open.
    """
    parts: list[str | Expression] = []
    end = 0
    for match in _OPEN.finditer(text):
        parts += [text[end : match.start()], parse_expression(match.group(1))]
        end = match.end()
    rest = text[end:]
    if "{{" in rest:
        raise ExpressionError("`{{` is not closed by `}}`")
    return tuple(part for part in [*parts, rest] if part != "")


def template_paths(value: object) -> Iterator[Path]:
    """Yield the paths that the strings inside a JSON-like value read.

    Raises:
        ExpressionError: See `parse_template`.
    """
    if isinstance(value, str):
        for part in parse_template(value):
            if isinstance(part, Expression):
                yield from part.paths
    elif isinstance(value, dict):
        for item in value.values():
            yield from template_paths(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from template_paths(item)


def path_of(node: ast.expr) -> Path | None:
    """Return the path that `node` is, or None when it is something else (`true`, a literal, an operation)."""
    segments: list[str | int] = []
    while True:
        if isinstance(node, ast.Attribute):
            segments.append(node.attr.removesuffix(_MARK))
            node = node.value
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            if not isinstance(node.slice.value, str | int):
                return None
            segments.append(node.slice.value)
            node = node.value
        elif isinstance(node, ast.Name):
            if node.id in _LITERALS:
                return None
            segments.append(node.id.removesuffix(_MARK))
            return tuple(reversed(segments))
        else:
            return None


def literal_of(node: ast.expr) -> tuple[bool, object]:
    """Return `(True, value)` for a literal, `true`, `false` or `null`, else `(False, None)`."""
    if isinstance(node, ast.Constant):
        return True, node.value
    if isinstance(node, ast.Name) and node.id in _LITERALS:
        return True, _LITERALS[node.id]
    return False, None


def _paths(node: ast.expr) -> Iterator[Path]:
    path = path_of(node)
    if path is not None:
        yield path
        return
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            yield from _paths(child)


def _mark_indexes(source: str) -> str:
    return _INDEX.sub(lambda match: match[0] if match["index"] is None else f"[{match['index']}]", source)


def _mark_keywords(source: str) -> str:
    def mark(match: re.Match[str]) -> str:
        word = match["word"]
        if word is None or not iskeyword(word):
            return match[0]
        is_segment = match["dot"] == "." or (match["path"] is not None and word not in _OPERATORS)
        return match[0] + _MARK if is_segment else match[0]

    return _WORD.sub(mark, source)
