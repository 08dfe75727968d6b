"""Python: outside the slot the syntax tree is the same, and inside it only what the kind allows."""

from __future__ import annotations

import ast
import gc
import io
import re
import tokenize
import unicodedata
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from scaffolder_fills.guard import reach, scope
from scaffolder_fills.guard.rejected import Rejected
from scaffolder_fills.guard.shape import check_shape
from scaffolder_fills.slot import Slot

DEEPEST: Final = 60
"""Levels of nesting in the part of the tree that a fill brings."""

_OUTSIDE: Final = "the text reaches out of its slot and changes the rest of the file"
_PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "statements": ("body", "orelse", "finalbody"),
    "elements": ("elts",),
}
_EXPECTED: Final[Mapping[str, frozenset[str]]] = {
    "python.body": frozenset({"statements"}),
    "python.docstring": frozenset({"statements"}),
    "text": frozenset({"strings", "elements"}),
}
"""What stands in a slot of a kind; in all others, elements of a list."""
_STRINGS: Final = frozenset(
    {tokenize.STRING, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
)
_CONTINUED: Final = re.compile(r"(?<!\\)(?:\\\\)*\\$", re.MULTILINE)
_PREFIXED: Final = re.compile(r"[A-Za-z]*[fF]")


@dataclass(frozen=True, slots=True)
class _Cut:
    """What stood in a slot: nodes that were taken out of the tree, what they are, and the list they were taken from."""

    nodes: tuple[ast.AST, ...] = ()
    what: str = ""
    place: tuple[object, ...] = ()


def check(before: str, old: Slot, after: str, new: Slot, kind: str) -> None:
    """Compare the trees of the two files with the slot cut out of both, then look at what the fill brings.

    Raises:
        Rejected: the file does not parse, changes outside the slot, or the fill holds what its kind may not.
    """
    if _CONTINUED.search(new.text):
        raise Rejected("a line may not end with a backslash")
    old_tree, new_tree = _parse(before, old), _parse(after, new)
    _tokens(after, new, kind)
    removed, brought = _cut(old_tree, old), _cut(new_tree, new)
    for node in brought.nodes:
        _not_too_deep(node)
    if (brought.what, brought.place) != (removed.what, removed.place) or _dump(old_tree) != _dump(new_tree):
        raise Rejected(_OUTSIDE)
    if brought.what not in _EXPECTED.get(kind, {"elements"}):
        raise Rejected(f"{brought.what or 'nothing'} may not stand in a slot of the kind {kind}")
    if kind == "python.docstring" and len(brought.nodes) != 1:
        raise Rejected("a docstring is one string")
    check_shape(kind, removed.nodes, brought.nodes)
    reach.check(brought.nodes, removed.nodes, new_tree, kind)
    if kind == "python.body":
        scope.check(new_tree, new, brought.nodes, removed.nodes)


def _parse(source: str, slot: Slot) -> ast.Module:
    try:
        with warnings.catch_warnings(), _uncollected():
            warnings.simplefilter("error", SyntaxWarning)  # an invalid escape, `is` with a literal: an error tomorrow
            warnings.simplefilter("error", DeprecationWarning)
            tree = ast.parse(source)
            compile(source, "fill", "exec", dont_inherit=True)  # finds what the parser alone lets through
    except SyntaxError as error:
        place = f" in line {error.lineno - slot.start}" if error.lineno and slot.start < error.lineno < slot.end else ""
        raise Rejected(f"it is not Python: {error.msg}{place}") from None
    except (ValueError, RecursionError, MemoryError, OverflowError, Warning) as error:
        raise Rejected(f"it is not Python: {error}") from None
    return tree


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the garbage collector from running: a finalizer that builds a tree too makes CPython 3.11 lose count."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _dump(tree: ast.AST) -> str:
    try:
        return ast.dump(tree, include_attributes=False)
    except RecursionError:
        raise Rejected("the file is nested too deeply") from None


def _tokens(source: str, slot: Slot, kind: str) -> None:
    """See that both markers are comments still (an open string would have swallowed them), and what stands between."""
    comments: set[int] = set()
    depth = 0
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.COMMENT:
                comments.add(token.start[0])
            if token.type == tokenize.OP:
                depth += (token.string in "([{") - (token.string in ")]}")
            if depth > DEEPEST:
                raise Rejected(f"it is nested deeper than {DEEPEST} levels")
            if slot.start < token.start[0] < slot.end:
                _only_strings(token) if kind in {"text", "python.docstring"} else _plain_names(token)
    except (tokenize.TokenError, SyntaxError) as error:
        raise Rejected(f"it is not Python: {error}") from None
    if not {slot.start, slot.end} <= comments:
        raise Rejected(_OUTSIDE)


def _only_strings(token: tokenize.TokenInfo) -> None:
    if token.type not in _STRINGS:
        raise Rejected("only string literals may stand in this slot")
    if token.type == tokenize.STRING and token.string[0] not in "\"'":
        raise Rejected("string literals in this slot have no prefix")


def _plain_names(token: tokenize.TokenInfo) -> None:
    """Refuse names that look unlike what Python reads, which takes compatibility forms; in formatted strings too."""
    if token.type == tokenize.NAME and not token.string.isascii():
        raise Rejected(f"the name {token.string!r} is not plain ASCII")
    if token.type == tokenize.STRING and not token.string.isascii() and _PREFIXED.match(token.string):
        for character in token.string:
            plain = unicodedata.normalize("NFKC", character)
            if plain != character and plain.isascii() and plain.replace("_", "a").isalnum():
                raise Rejected(f"{character!r} may not stand in a formatted string: Python may read it as {plain}")


def _cut(tree: ast.Module, slot: Slot) -> _Cut:
    """Take out of the tree, and give, what stands in the slot: statements, or elements of a list, or else strings."""
    for what, fields in _PARTS.items():
        found = [
            (owner, name, node)
            for owner in ast.walk(tree)
            for name in fields
            for node in _list(owner, name)
            if slot.start < node.lineno and (node.end_lineno or node.lineno) < slot.end
        ]
        inner = {id(below) for _, _, node in found for below in ast.walk(node) if below is not node}
        outermost = [one for one in found if id(one[2]) not in inner]
        if not outermost:
            continue
        if len({(id(owner), name) for owner, name, _ in outermost}) != 1:
            raise Rejected(_OUTSIDE)
        _none_across(tree, slot)
        owner, name, first = outermost[0]
        siblings = getattr(owner, name)
        index = next(number for number, one in enumerate(siblings) if one is first)
        for _, _, node in outermost:
            siblings.remove(node)
        place = (type(owner).__name__, getattr(owner, "lineno", 0), getattr(owner, "col_offset", 0), name, index)
        return _Cut(tuple(node for _, _, node in outermost), what, place)
    strings = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _touches(node, slot)
    ]
    texts = tuple(ast.Constant(node.value) for node in strings)
    for node in strings:
        node.value = ""
    return _Cut(texts, "strings", (len(strings),)) if strings else _Cut()


def _none_across(tree: ast.Module, slot: Slot) -> None:
    """See that no string begins in the slot and ends behind it, or the other way round: "" beside another is nothing.

    The trees would be the same, but the fill would be part of an element that is not its own.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant | ast.JoinedStr) and node.lineno != node.end_lineno:
            begins, ends = slot.start < node.lineno < slot.end, slot.start < (node.end_lineno or 0) < slot.end
            if begins != ends:
                raise Rejected(_OUTSIDE)


def _list(owner: ast.AST, name: str) -> list[ast.stmt] | list[ast.expr]:
    value = getattr(owner, name, None)
    return value if isinstance(value, list) else []


def _touches(node: ast.Constant, slot: Slot) -> bool:
    return node.lineno < slot.end and (node.end_lineno or node.lineno) > slot.start


def _not_too_deep(root: ast.AST) -> None:
    level: list[ast.AST] = [root]
    for _ in range(DEEPEST):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return
    raise Rejected(f"it is nested deeper than {DEEPEST} levels")
