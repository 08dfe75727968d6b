"""Expressions of the spec -> Python source of the generated workflow modules."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass

from scaffolder.contract.literals import python_literal
from scaffolder.naming import python_attribute
from scaffolder.spec.expressions import Expression, Path, literal_of, parse_expression, parse_template, path_of

_COMPARE = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.In: "in",
    ast.NotIn: "not in",
}  # fmt: skip
_COMPARE_NULL = {ast.Eq: "is", ast.NotEq: "is not"}
_BINARY = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Mod: "%"}


@dataclass(frozen=True, slots=True)
class Source:
    """Python source of one path, and whether its value may be None."""

    python: str
    nullable: bool = False


Resolve = Callable[[Path], Source]


def compile_condition(source: str, resolve: Resolve) -> str:
    """Return Python source of a condition; comparisons with a value that may be None are guarded."""
    return _Compiler(resolve).visit(parse_expression(source).tree)


def compile_value(value: object, resolve: Resolve) -> str:
    """Return Python source of an argument: a literal whose strings may hold `{{ }}` or be `env:NAME`."""
    if isinstance(value, str):
        return _compile_string(value, resolve)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(compile_value(item, resolve) for item in value) + "]"
    if isinstance(value, dict):
        pairs = (f"{python_literal(str(key))}: {compile_value(item, resolve)}" for key, item in value.items())
        return "{" + ", ".join(pairs) + "}"
    return python_literal(value)


def environment_names(value: object) -> list[str]:
    """Return the names in all `env:NAME` strings inside a JSON-like value."""
    if isinstance(value, str):
        return [value.removeprefix("env:")] if value.startswith("env:") else []
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return [name for part in parts for name in environment_names(part)]


def settings_attribute(name: str) -> str:
    """Return the attribute of the settings that holds the variable `name`."""
    return python_attribute(name)


def _compile_string(text: str, resolve: Resolve) -> str:
    if text.startswith("env:"):
        name = text.removeprefix("env:")
        return f'nodes.required(context.settings.{settings_attribute(name)}, "{name}")'
    parts = parse_template(text)
    if len(parts) == 1 and isinstance(parts[0], Expression):
        return _Compiler(resolve).visit(parts[0].tree)
    if not any(isinstance(part, Expression) for part in parts):
        return python_literal(text)
    compiler = _Compiler(resolve)
    sources = [part if isinstance(part, str) else compiler.visit(part.tree, in_text=True) for part in parts]
    if all(map(_fits_fstring, parts, sources)):
        return 'f"' + "".join(map(_fstring_part, parts, sources)) + '"'
    pairs = zip(parts, sources, strict=True)
    return " + ".join(python_literal(text) if isinstance(part, str) else f"str({text})" for part, text in pairs)


def _fits_fstring(part: str | Expression, source: str) -> bool:
    # Before Python 3.12 what stands in an f-string holds neither its quotes nor a backslash.
    return isinstance(part, str) or ("\\" not in source and "'" not in source.removesuffix(" or ''"))


def _fstring_part(part: str | Expression, source: str) -> str:
    if isinstance(part, str):
        escaped = (
            python_literal(part + "'")[1:-2] if '"' not in part else part.replace("\\", "\\\\").replace('"', '\\"')
        )
        return escaped.replace("\n", "\\n").replace("{", "{{").replace("}", "}}")
    return "{" + source.replace('"', "'") + "}"


class _Compiler:
    """Writes one expression as Python."""

    def __init__(self, resolve: Resolve) -> None:
        self.resolve = resolve

    def visit(self, node: ast.expr, *, in_text: bool = False) -> str:
        path = path_of(node)
        if path is not None:
            source = self.resolve(path)
            return f"{source.python} or ''" if in_text and source.nullable else source.python
        is_literal, value = literal_of(node)
        if is_literal:
            return python_literal(value)
        if isinstance(node, ast.Compare):
            return self._compare(node)
        if isinstance(node, ast.BoolOp):
            word = " and " if isinstance(node.op, ast.And) else " or "
            return "(" + word.join(self.visit(item) for item in node.values) + ")"
        if isinstance(node, ast.UnaryOp):
            return f"not {self.visit(node.operand)}" if isinstance(node.op, ast.Not) else f"-{self.visit(node.operand)}"
        if isinstance(node, ast.BinOp):
            return f"({self.visit(node.left)} {_BINARY[type(node.op)]} {self.visit(node.right)})"
        if isinstance(node, ast.List | ast.Tuple):
            return "(" + ", ".join(self.visit(item) for item in node.elts) + ",)"
        raise TypeError(f"cannot compile {ast.dump(node)}")  # parse_expression let nothing else through

    def _compare(self, node: ast.Compare) -> str:
        operands = [node.left, *node.comparators]
        guards = [
            f"{source.python} is not None"
            for operand in operands
            if (path := path_of(operand)) is not None and (source := self.resolve(path)).nullable
        ]
        text = self.visit(node.left)
        for operator, operand in zip(node.ops, node.comparators, strict=True):
            is_null = literal_of(operand) == (True, None)
            word = (_COMPARE_NULL if is_null else _COMPARE).get(type(operator), _COMPARE[type(operator)])
            text += f" {word} {self.visit(operand)}"
        ordered = any(isinstance(item, ast.Lt | ast.LtE | ast.Gt | ast.GtE) for item in node.ops)
        return f"({' and '.join([*guards, text])})" if guards and ordered else text
