"""The elements of a list keep the shape of those that stood there: words stay words, cases keep their arguments."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from scaffolder_fills.guard.rejected import Rejected


def check_shape(kind: str, removed: Sequence[ast.AST], brought: Sequence[ast.AST]) -> None:
    """See that elements are such as their kind writes, whoever wrote these.

    Raises:
        Rejected: one is not.
    """
    if kind in {"choices", "names"}:
        for node in brought:
            if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
                raise Rejected("only texts may stand in this slot")
    if kind == "test.cases":
        wanted = _arguments(removed[0])
        for node in brought:
            if _arguments(node) != wanted:
                raise Rejected(f"a case is a name, a mapping with {', '.join(sorted(wanted))}, and what is expected")


def _arguments(case: ast.AST) -> frozenset[str]:
    match case:
        case ast.Tuple(elts=[ast.Constant(value=str()), ast.Dict(keys=keys), _]):
            return frozenset(str(key.value) if isinstance(key, ast.Constant) else "" for key in keys)
    raise Rejected('a case is ("name", {"argument": value}, expected)')
