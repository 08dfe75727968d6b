"""How much work Python code in a slot may ask for: numbers, repetitions, loops, patterns.

No rule of this kind can be complete: whether a program ends cannot be seen from its text. These stop what asks for much
in few words; a time limit around the slot's tests is for the rest.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from typing import Final

from scaffolder_fills.guard.characters import check_visible
from scaffolder_fills.guard.growth import LARGEST_EXPONENT, LONGEST_RANGE, bounded, names_in
from scaffolder_fills.guard.patterns import check_pattern
from scaffolder_fills.guard.rejected import Rejected

LARGEST_NUMBER: Final = 10**12
LARGEST_WIDTH: Final = 100
LONGEST_TEXT: Final = 4_000
DEEPEST_LOOPS: Final = 2

_PADDING: Final = frozenset({"ljust", "rjust", "center", "zfill", "expandtabs"})
_ENCODINGS: Final = frozenset({"utf-8", "utf8", "ascii", "latin-1"})
_GROWING: Final = frozenset({"append", "extend", "insert", "add", "appendleft", "extendleft", "update", "setdefault"})
_PATTERNS: Final = frozenset({"compile", "findall", "finditer", "fullmatch", "match", "search", "split", "sub"})
_TAKES_LAMBDAS: Final = frozenset(
    "sorted min max map filter reduce groupby takewhile dropwhile filterfalse accumulate starmap sort".split()
)
_HUGE_EXPONENT: Final = re.compile(r"\s*[-+]?\d+(?:\.\d*)?[eE]\+?\d{4,}\s*\Z")
_HUGE_WIDTH: Final = re.compile(r"\d{1,40}")


def check(root: ast.AST, patterns: frozenset[str]) -> None:
    """See that code asks for little; `patterns` are the names by which it knows functions that take a pattern.

    Raises:
        Rejected: it may ask for much.
    """
    _not_too_many_loops(root, 0)
    _lambdas(root)
    for node in ast.walk(root):
        for rule in _RULES.get(type(node), ()):
            rule(node)
        if isinstance(node, ast.Call):
            _pattern(node, patterns)


def check_texts(root: ast.AST) -> None:
    """See that no text has been made of what cannot be seen, by an escape as `\\u202e`.

    Raises:
        Rejected: one has.
    """
    for node in ast.walk(root):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            check_visible(node.value)


def _not_too_many_loops(node: ast.AST, depth: int) -> None:
    """Refuse loops in loops in loops: work grows with each, and no test sees how far."""
    if isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
        depth += 1
    generators = getattr(node, "generators", None)
    # The clauses of a comprehension loop in each other, though they stand side by side.
    inner = len(generators) if isinstance(generators, list) else 0
    if depth + max(0, inner - 1) > DEEPEST_LOOPS or (inner > 1 and depth + inner > DEEPEST_LOOPS):
        raise Rejected(f"more than {DEEPEST_LOOPS} loops in each other are not allowed here")
    for child in ast.iter_child_nodes(node):
        is_element = inner > 0 and not isinstance(child, ast.comprehension)
        _not_too_many_loops(child, depth + inner if is_element else depth)


def _lambdas(root: ast.AST) -> None:
    """Allow a lambda where it is used at once, as the key of `sorted`: one with a name could call itself for ever."""
    fine: set[int] = set()
    for node in ast.walk(root):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            values = [*node.args, *(keyword.value for keyword in node.keywords)] if name in _TAKES_LAMBDAS else []
            fine |= {id(value) for value in values}
    for node in ast.walk(root):
        if isinstance(node, ast.Lambda) and (id(node) not in fine or node.args.defaults or node.args.kw_defaults):
            raise Rejected("a lambda is allowed here only as an argument of sorted, min, max, map, filter and the like")


def _constant(node: ast.Constant) -> None:
    value = node.value
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > LARGEST_NUMBER:
        raise Rejected(f"numbers above {LARGEST_NUMBER:,} are not allowed here")
    if isinstance(value, str | bytes) and len(value) > LONGEST_TEXT:
        raise Rejected(f"a text of more than {LONGEST_TEXT:,} characters is not allowed here")
    if isinstance(value, str) and _HUGE_EXPONENT.match(value):
        raise Rejected("a number with such an exponent is not allowed here")


def _formatted(node: ast.FormattedValue) -> None:
    """Refuse a format specification that asks for a billion blanks, or that is computed."""
    if not isinstance(node.format_spec, ast.JoinedStr):
        return
    for part in node.format_spec.values:
        if not isinstance(part, ast.Constant):
            raise Rejected("a computed format specification is not allowed here")
        if any(int(number) > LARGEST_WIDTH for number in _HUGE_WIDTH.findall(str(part.value))):
            raise Rejected(f"a width of more than {LARGEST_WIDTH} is not allowed here")


def _call(node: ast.Call) -> None:
    values = [keyword.value for keyword in node.keywords]
    match node.func:
        case ast.Name(id="range"):
            for argument in node.args:
                _counted(argument)
        case ast.Name(id="iter") if len(node.args) > 1:
            raise Rejected("`iter` of a function may not end")
        case ast.Name(id="round"):
            for argument in [*node.args[1:], *values]:
                _small(argument, LARGEST_EXPONENT, "digits of `round`")
        case ast.Attribute(attr=name) if name in _PADDING:
            for argument in [*node.args[:1], *values]:
                bounded(argument, LARGEST_WIDTH, "widths")
        case ast.Attribute(attr="encode" | "decode"):
            _encoded([*node.args, *values])


def _encoded(arguments: list[ast.expr]) -> None:
    if not all(isinstance(one, ast.Constant) and one.value in _ENCODINGS for one in arguments):
        raise Rejected("only UTF-8, ASCII and Latin-1 may be encoded here")


def _small(node: ast.expr, limit: int, what: str) -> None:
    bare = node.operand if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) else node
    bounded(bare, limit, what)


def _counted(node: ast.expr) -> None:
    """See that a range counts to a constant, a length, or the lesser of something and a constant."""
    match node:
        case ast.Constant(value=int(value)) if abs(value) <= LONGEST_RANGE:
            return
        case ast.UnaryOp(operand=operand):
            _counted(operand)
        case ast.BinOp(op=ast.Add() | ast.Sub(), left=left, right=right):
            _counted(left)
            _counted(right)
        case ast.Call(func=ast.Name(id="len")):
            return
        case ast.Call(func=ast.Name(id="min"), args=arguments) if any(
            isinstance(one, ast.Constant) and isinstance(one.value, int) and one.value <= LONGEST_RANGE
            for one in arguments
        ):
            return
        case _:
            raise Rejected(f"a range may count to a constant of at most {LONGEST_RANGE:,}, `len(…)` or `min(…, 100)`")


def _loop(node: ast.For | ast.AsyncFor) -> None:
    """Refuse a loop over what it makes longer, and one in which something doubles each time."""
    over = ast.dump(node.iter)
    for one in ast.walk(node):
        match one:
            case ast.Call(func=ast.Attribute(value=value, attr=name)) if name in _GROWING and ast.dump(value) == over:
                raise Rejected("a loop may not make longer what it goes over")
            case ast.AugAssign(target=ast.Name(id=name), op=ast.Add() | ast.Mult(), value=value):
                if name in names_in(value) and not isinstance(value, ast.Call):
                    raise Rejected(f"{name} would grow without bound")
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if names_in(value).count(name) > 1:
                raise Rejected(f"{name} would grow without bound")
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="extend"), args=[ast.Name(id=other)]):
                if name == other:
                    raise Rejected(f"{name} would grow without bound")


def _pattern(node: ast.Call, patterns: frozenset[str]) -> None:
    match node.func:
        case ast.Name(id=name) if name in patterns:
            pass
        case ast.Attribute(value=ast.Name(id=base), attr=name) if base in patterns and name in _PATTERNS:
            pass
        case _:
            return
    first = node.args[0] if node.args else None
    if not (isinstance(first, ast.Constant) and isinstance(first.value, str)):
        raise Rejected("a regular expression must be written down here, not computed")
    check_pattern(first.value)


# The values are functions of their own node's type, which a mapping cannot say.
_RULES: Final[Mapping[type[ast.AST], tuple[Callable[..., None], ...]]] = {
    ast.Constant: (_constant,),
    ast.FormattedValue: (_formatted,),
    ast.Call: (_call,),
    ast.For: (_loop,),
    ast.AsyncFor: (_loop,),
}
