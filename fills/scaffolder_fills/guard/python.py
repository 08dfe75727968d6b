"""Python: outside the slot the syntax tree is the same, and inside it only what the kind allows."""

from __future__ import annotations

import ast
import io
import tokenize
import warnings
from collections.abc import Iterator
from typing import Final

from scaffolder_fills.guard import reach
from scaffolder_fills.guard.rejected import Rejected
from scaffolder_fills.slot import Slot

DEEPEST: Final = 60
"""Levels of nesting in the part of the tree that a fill brings."""

_BODIES: Final = ("body", "orelse", "finalbody")
_ELEMENTS: Final = ("elts",)
_STRINGS: Final = frozenset(
    {tokenize.STRING, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
)


def check(before: str, old: Slot, after: str, new: Slot, kind: str) -> None:
    """Compare the trees of the two files with the slot cut out of both, then look at what the fill brings.

    Raises:
        Rejected: the file does not parse, changes outside the slot, or the fill holds what its kind may not.
    """
    if any(line.endswith("\\") for line in new.text.split("\n")):
        raise Rejected("a line may not end with a backslash")
    try:
        old_tree, new_tree = _parse(before), _parse(after)
    except SyntaxError as error:
        place = f" in line {error.lineno - new.start}" if error.lineno and new.start < error.lineno < new.end else ""
        raise Rejected(f"it is not Python: {error.msg}{place}") from None
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        raise Rejected(f"it is not Python: {error}") from None
    _markers_are_comments(after, new)
    brought = list(_cut(new_tree, new))
    removed = list(_cut(old_tree, old))
    if _dump(old_tree) != _dump(new_tree) or bool(brought) != bool(removed):
        raise Rejected("the text reaches out of its slot and changes the rest of the file")
    if kind in {"text", "python.docstring"}:
        _only_strings(after, new)
    if kind == "python.docstring" and len(brought) != 1:
        raise Rejected("a docstring is one string")
    for node in brought:
        _not_too_deep(node)
    reach.check(brought, kind, reach.names_of_modules(new_tree))


def _parse(source: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("error", SyntaxWarning)  # an invalid escape, `is` with a literal: an error tomorrow
        tree = ast.parse(source)
        compile(source, "fill", "exec", dont_inherit=True)  # finds what the parser alone lets through
    return tree


def _dump(tree: ast.AST) -> str:
    return ast.dump(tree, include_attributes=False)


def _markers_are_comments(source: str, slot: Slot) -> None:
    """See that both markers are comments still: an open string would have swallowed them."""
    try:
        comments = {
            token.start[0]
            for token in tokenize.generate_tokens(io.StringIO(source).readline)
            if token.type == tokenize.COMMENT
        }
    except (tokenize.TokenError, SyntaxError) as error:
        raise Rejected(f"it is not Python: {error}") from None
    if not {slot.start, slot.end} <= comments:
        raise Rejected("the text reaches out of its slot and changes the rest of the file")


def _cut(tree: ast.Module, slot: Slot) -> Iterator[ast.AST]:
    """Take out of the tree, and give, what stands in the slot: statements, or elements of a list, or else strings."""
    for fields in (_BODIES, _ELEMENTS):
        found = [
            (owner, name, node)
            for owner in ast.walk(tree)
            for name in fields
            for node in _list(owner, name)
            if slot.start < node.lineno and (node.end_lineno or node.lineno) < slot.end
        ]
        inner = {id(below) for _, _, one in found for below in ast.walk(one) if below is not one}
        outermost = [one for one in found if id(one[2]) not in inner]
        if outermost:
            if len({id(owner) for owner, _, _ in outermost}) > 1:
                raise Rejected("the text reaches out of its slot and changes the rest of the file")
            for owner, name, outer in outermost:
                getattr(owner, name).remove(outer)
                yield outer
            return
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _touches(node, slot):
            node.value = ""
            yield node


def _list(owner: ast.AST, name: str) -> list[ast.stmt] | list[ast.expr]:
    value = getattr(owner, name, None)
    return value if isinstance(value, list) else []


def _touches(node: ast.Constant, slot: Slot) -> bool:
    return node.lineno < slot.end and (node.end_lineno or node.lineno) > slot.start


def _only_strings(source: str, slot: Slot) -> None:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        inside = slot.start < token.start[0] < slot.end
        if inside and token.type not in _STRINGS:
            raise Rejected("only string literals may stand in this slot")
        if inside and token.type == tokenize.STRING and token.string[0] not in "\"'":
            raise Rejected("string literals in this slot have no prefix")


def _not_too_deep(root: ast.AST) -> None:
    level: list[ast.AST] = [root]
    for _ in range(DEEPEST):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return
    raise Rejected(f"it is nested deeper than {DEEPEST} levels")
