"""What Python code in a slot may change: what it has made itself, and nothing that belongs to others."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from scaffolder_fills.guard.rejected import Rejected

_CHANGING: Final = frozenset(
    "append appendleft extend extendleft insert add update setdefault pop popleft popitem remove discard clear sort "
    "reverse subtract difference_update intersection_update delete commit rollback flush expunge merge refresh close "
    "start stop shutdown cancel publish enqueue send put write save".split()
)
"""Methods that change what they are called on."""

_ONLY_METHODS: Final = frozenset(
    "append appendleft extend extendleft pop popleft popitem setdefault clear discard".split()
)
"""Those which are no name for a field, so that they are refused even where they are not called at once."""

_MADE: Final = (
    ast.List,
    ast.Dict,
    ast.Set,
    ast.ListComp,
    ast.DictComp,
    ast.SetComp,
    ast.Call,
    ast.BinOp,
    ast.Constant,
    ast.JoinedStr,
)


def check(brought: Sequence[ast.AST]) -> None:
    """See that only names of its own are set, and only what it has made is changed.

    Raises:
        Rejected: something of others would be changed behind their back.
    """
    nodes = [node for root in brought for node in ast.walk(root)]
    made = _made(nodes)
    called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    for node in nodes:
        match node:
            case ast.Attribute(ctx=ast.Store(), attr=name):
                raise Rejected(f"setting .{name} is not allowed here: code in a slot changes only what it has made")
            case ast.Subscript(ctx=ast.Store(), value=value) if _owner(value) not in made:
                raise Rejected("setting an item is allowed here only in what the code itself has made")
            case ast.Attribute(ctx=ast.Load(), attr=name, value=value) if _owner(value) not in made:
                if name in _ONLY_METHODS or (name in _CHANGING and id(node) in called):
                    raise Rejected(
                        f".{name} is allowed here only on what the code itself has made; use a copy, or sorted()"
                    )
            case ast.Name(id="self" | "cls", ctx=ast.Store()) | ast.arg(arg="self" | "cls"):
                raise Rejected("self may not be given another meaning here")


def _made(nodes: Iterable[ast.AST]) -> frozenset[str]:
    """Give the names that stand for something which the code has made, whenever they are set."""
    made: set[str] = set()
    others: set[str] = set()
    for name, value in _set(nodes):
        (made if isinstance(value, _MADE) else others).add(name)
    return frozenset(made - others)


def _set(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, ast.AST | None]]:
    """Give each name that is set, and to what; `None` where that is a part of something."""
    nodes = list(nodes)
    whole: set[int] = set()
    for target, value in _assignments(nodes):
        if isinstance(target, ast.Name):
            whole.add(id(target))
            yield target.id, value
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and id(node) not in whole:
            yield node.id, None


def _assignments(nodes: Iterable[ast.AST]) -> Iterator[tuple[ast.expr, ast.AST]]:
    for node in nodes:
        if isinstance(node, ast.Assign):
            yield from ((target, node.value) for target in node.targets)
        elif isinstance(node, ast.NamedExpr) or (isinstance(node, ast.AnnAssign) and node.value is not None):
            yield node.target, node.value or node
        elif isinstance(node, ast.AugAssign):
            yield node.target, ast.BinOp(node.target, node.op, node.value)


def _owner(node: ast.AST) -> str:
    """Give the name to which `name[…][…]` or `name.setdefault(…)` belongs, or nothing."""
    while True:
        match node:
            case ast.Subscript(value=value) | ast.Call(func=ast.Attribute(attr="setdefault", value=value)):
                node = value
            case ast.Name(id=name):
                return name
            case _:
                return ""
