"""How far values may grow in Python code in a slot: repetitions, powers, texts used as formats."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final, TypeGuard

from scaffolder_fills.guard.rejected import Rejected

LARGEST_FACTOR: Final = 10_000
"""What a sequence may be repeated by."""
LONGEST_RANGE: Final = 1_000
"""What a range may count to, if that is not the length of something."""
LARGEST_EXPONENT: Final = 100


def texts_of(nodes: list[ast.AST]) -> frozenset[str]:
    """Give the names that may stand for texts or lists which the code itself has written down."""
    names: set[str] = set()
    for _ in range(3):  # through three names, from one to the next
        for target, value in _assignments(nodes):
            if _is_written(value, names):
                names |= {node.id for node in ast.walk(target) if isinstance(node, ast.Name)}
    return frozenset(names)


def check_operations(root: ast.AST, texts: frozenset[str]) -> None:
    """See that nothing is repeated without bound, and no text is used as a format; `texts` as of `texts_of`.

    Raises:
        Rejected: something may be.
    """
    for node in ast.walk(root):
        if isinstance(node, ast.BinOp):
            _operation(node, texts)
        elif isinstance(node, ast.AugAssign):
            _operation(ast.BinOp(node.target, node.op, node.value), texts)


def _assignments(nodes: list[ast.AST]) -> Iterator[tuple[ast.AST, ast.AST]]:
    for root in nodes:
        for node in ast.walk(root):
            if isinstance(node, ast.Assign):
                yield from ((target, node.value) for target in node.targets)
            elif isinstance(node, ast.NamedExpr | ast.AugAssign) or (isinstance(node, ast.AnnAssign) and node.value):
                yield node.target, node.value  # type: ignore[misc]
            elif isinstance(node, ast.For | ast.comprehension):
                yield node.target, node.iter


def _is_written(value: ast.AST, names: set[str] | frozenset[str]) -> bool:
    """Say whether a text or a list stands in an expression where its value may become one, or part of one."""
    match value:
        case ast.Constant(value=str() | bytes()) | ast.JoinedStr() | ast.List() | ast.Tuple() | ast.ListComp():
            return True
        case ast.Name(id=name):
            return name in names
        case ast.Compare() | ast.Subscript(slice=ast.Constant(value=str())):
            return False
        case ast.Call(func=ast.Name(id="len" | "int" | "float" | "Decimal" | "round" | "abs" | "bool" | "any" | "all")):
            return False
        case ast.Call(func=function):
            return _is_written(function, names)
    return any(_is_written(child, names) for child in ast.iter_child_nodes(value))


def powers_of(nodes: list[ast.AST]) -> frozenset[str]:
    """Give the names that stand for a power or a square: of those there are no further powers."""
    names: set[str] = set()
    for _ in range(3):
        for target, value in _assignments(nodes):
            if _is_power(value) or any(name in names for name in names_in(value)):
                names |= set(names_in(target))
    return frozenset(names)


def check_powers(root: ast.AST, powers: frozenset[str]) -> None:
    """See that no power is taken of a power, a name further on: `x = x * x` thirty times has a billion digits.

    Raises:
        Rejected: one is.
    """
    for node in ast.walk(root):
        if _is_one_power(node) and any(name in powers for name in names_in(node)):
            raise Rejected("powers of powers, and repetitions of repetitions, are not allowed here")


def _is_power(value: ast.AST) -> bool:
    return any(_is_one_power(node) for node in ast.walk(value))


def _is_one_power(node: ast.AST) -> TypeGuard[ast.BinOp]:
    match node:
        case ast.BinOp(op=ast.Pow() | ast.LShift()):
            return True
        case ast.BinOp(op=ast.Mult(), left=left, right=right) if any(
            _is_written(one, frozenset()) for one in (left, right)
        ):
            return True
        case ast.BinOp(op=ast.Mult() | ast.Add(), left=left, right=right):
            return isinstance(left, ast.Name) and ast.dump(left) == ast.dump(right)
        case _:
            return False


def _operation(node: ast.BinOp, texts: frozenset[str]) -> None:
    match node.op:
        case ast.Pow():
            bounded(node.right, LARGEST_EXPONENT, "exponents")
            if _is_power(node.left):
                raise Rejected("powers of powers are not allowed here")
            if isinstance(node.left, ast.BinOp):
                bounded(node.right, 3, "exponents of calculations")
        case ast.LShift():
            bounded(node.right, LARGEST_EXPONENT, "shifts")
        case ast.Mult():
            for side, other in ((node.left, node.right), (node.right, node.left)):
                if _is_written(side, texts):
                    if any(isinstance(one, ast.BinOp) for one in ast.walk(side)):
                        raise Rejected("repetitions of calculations are not allowed here")
                    bounded(other, LARGEST_FACTOR, "repetitions")
        case ast.Mod() if _is_written(node.left, texts):
            raise Rejected("% formatting may not be used here; an f-string does it")


def bounded(node: ast.expr, limit: int, what: str) -> None:
    """See that a number is written down, and small.

    Raises:
        Rejected: it is not.
    """
    fine = isinstance(node, ast.Constant) and isinstance(node.value, int) and node.value <= limit
    if not fine:
        raise Rejected(f"{what} need a constant of at most {limit:,} here")


def names_in(node: ast.AST) -> list[str]:
    """Give the names in an expression, each as often as it stands there."""
    return [one.id for one in ast.walk(node) if isinstance(one, ast.Name)]
