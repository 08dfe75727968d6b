"""The function around a slot: it stays what it is, and its other lines keep their meaning."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from scaffolder_fills.guard.rejected import Rejected
from scaffolder_fills.slot import Slot

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef, ast.GeneratorExp)


def check(tree: ast.Module, slot: Slot, brought: Sequence[ast.AST], removed: Sequence[ast.AST]) -> None:
    """See that statements in a slot leave the function around it as it is; `tree` is the file without them.

    Raises:
        Rejected: there is no function around it; it would become a generator or cease to be one; a name that its other
            lines use would become a variable of its own; or it would call itself.
    """
    around, owner = _around(tree, slot)
    if around is None:
        raise Rejected("code in a slot stands in a function")
    rest = _yields(around.body)
    if (rest or _yields(brought)) != (rest or _yields(removed)):
        raise Rejected("the function yields, and must go on to" if _yields(removed) else "the function may not yield")
    elsewhere = [node for statement in around.body for node in ast.walk(statement)]
    used = {node.id for node in elsewhere if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    own = (
        set(bound(elsewhere))
        | set(bound(_all(removed)))
        | {one.arg for one in ast.walk(around.args) if isinstance(one, ast.arg)}
    )
    if changed := (used & set(bound(_all(brought)))) - own:
        raise Rejected(f"{min(changed)} has a meaning in the rest of the function; use another name")
    _no_recursion(around.name, owner, brought)


def bound(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Give the names that these nodes bind."""
    for node in nodes:
        match node:
            case ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.alias(name=name, asname=other):
                yield other or name.partition(".")[0]
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
                yield name


def _all(nodes: Iterable[ast.AST]) -> list[ast.AST]:
    return [below for node in nodes for below in ast.walk(node)]


def _around(tree: ast.Module, slot: Slot) -> tuple[Function | None, str]:
    """Give the innermost function that holds the slot, and the name of its class."""
    found: Function | None = None
    owner = ""
    for node in ast.walk(tree):  # from the outside in
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if not node.lineno < slot.start < (node.end_lineno or 0):
                continue
            if isinstance(node, ast.ClassDef):
                owner, found = node.name, None
            else:
                found = node
    return found, owner


def _yields(nodes: Sequence[ast.AST]) -> bool:
    """Say whether a function with these statements is a generator."""
    level: list[ast.AST] = list(nodes)
    while level:
        node = level.pop()
        if isinstance(node, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(node, _SCOPES):
            level += ast.iter_child_nodes(node)
    return False


def _no_recursion(function: str, owner: str, brought: Sequence[ast.AST]) -> None:
    for node in _all(brought):
        match node:
            case ast.Name(id=name) if name == function and not owner:
                raise Rejected(f"{function} may not call itself")
            case ast.Attribute(value=ast.Name(id=base), attr=name) if name == function and base in {
                "self",
                "cls",
                owner,
            }:
                raise Rejected(f"{function} may not call itself")
