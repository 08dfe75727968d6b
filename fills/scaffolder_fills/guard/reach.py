"""What Python code in a slot may not reach: processes, network, files, the interpreter, or endless work.

A fill computes with what its function is given. The rules name what is refused instead of proving what is safe, so they
are the first of several checks: linters, types and the slot's tests in a sandbox follow.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final

from scaffolder_fills.guard.rejected import Rejected

LARGEST_NUMBER: Final = 10**12
LARGEST_FACTOR: Final = 10_000
"""What a sequence may be repeated by, and the most that an exponent or shift may be is a hundredth of it."""
LONGEST_TEXT: Final = 4_000
DEEPEST_LOOPS: Final = 2

IMPORTABLE: Final = frozenset(
    "collections dataclasses datetime decimal enum fractions functools itertools math operator re statistics string "
    "textwrap typing unicodedata uuid".split()
)
"""Modules that code in a slot may import: they compute, and touch nothing."""

BUILTINS: Final = frozenset(
    "eval exec compile open input breakpoint help exit quit __import__ __builtins__ __loader__ __spec__ globals locals "
    "vars dir getattr setattr delattr hasattr memoryview classmethod staticmethod super type object id copyright "
    "credits license print callable".split()
)
"""Names of the language that code in a slot has no business with."""

MODULES: Final = frozenset(
    "os sys subprocess socket shutil pathlib importlib ctypes builtins pickle marshal shelve threading multiprocessing "
    "concurrent signal tempfile glob io fcntl pty resource gc inspect code codeop runpy pdb atexit platform getpass "
    "http urllib httpx requests aiohttp ssl ftplib smtplib telnetlib webbrowser xmlrpc sqlite3 psycopg logging "
    "warnings asyncio time random secrets tracemalloc types weakref traceback site sysconfig zipimport pkgutil".split()
)
"""Modules that a file may have imported for itself, and that a fill may not use."""

_DUNDER: Final = re.compile(r"__\w+__\Z|_\w*__\w+")
_INTERNALS: Final = re.compile(r"(?:f|gi|cr|ag|tb|co|func|im)_[a-z]+\Z|mro\Z")
_FORMATTING: Final = frozenset(
    {"format", "format_map", "vformat", "translate", "execute", "executemany", "exec_driver_sql"}
)
_LITERALS: Final = (
    ast.Expr, ast.Constant, ast.Load, ast.Tuple, ast.List, ast.Dict, ast.UnaryOp, ast.USub,
)  # fmt: skip
_PLAIN_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


def names_of_modules(tree: ast.Module) -> dict[str, str]:
    """Give the names by which a file knows modules: name to the top-level module behind it."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {
                alias.asname or alias.name.partition(".")[0]: alias.name.partition(".")[0] for alias in node.names
            }
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            top = node.module.partition(".")[0]
            names |= {alias.asname or alias.name: top for alias in node.names}
    return names


def check(nodes: Iterable[ast.AST], kind: str, modules: Mapping[str, str]) -> None:
    """See that code stays within what it is given; `modules` are the names of modules that its file imported.

    Raises:
        Rejected: it reaches further.
    """
    for root in nodes:
        _not_too_many_loops(root, 0)
        for node in ast.walk(root):
            if kind != "python.body" and not isinstance(node, _LITERALS):
                raise Rejected("only literals may stand in this slot")
            for rule in _RULES.get(type(node), ()):
                rule(node)
            _plain_names(node)
            if isinstance(node, ast.Name) and modules.get(node.id) in MODULES:
                raise Rejected(f"{node.id} may not be used here: code in a slot computes with what it is given")


def _not_too_many_loops(node: ast.AST, depth: int) -> None:
    """Refuse loops in loops in loops: work grows with each, and no test sees how far."""
    if isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
        depth += 1
        if depth > DEEPEST_LOOPS:
            raise Rejected(f"more than {DEEPEST_LOOPS} loops in each other are not allowed here")
    generators = getattr(node, "generators", None)
    if isinstance(
        generators, list
    ):  # the clauses of a comprehension loop in each other, though they stand side by side
        depth += len(generators) - 1
        if depth >= DEEPEST_LOOPS:
            raise Rejected(f"more than {DEEPEST_LOOPS} loops in each other are not allowed here")
    for child in ast.iter_child_nodes(node):
        _not_too_many_loops(child, depth)


def _refuse(why: str) -> Callable[[ast.AST], None]:
    def rule(node: ast.AST) -> None:
        del node
        raise Rejected(why)

    return rule


def _name(node: ast.Name) -> None:
    if node.id in BUILTINS or _DUNDER.match(node.id):
        raise Rejected(f"{node.id} may not be used here")


def _attribute(node: ast.Attribute) -> None:
    if _DUNDER.match(node.attr) or _INTERNALS.match(node.attr):
        raise Rejected(f".{node.attr} may not be used here")
    if node.attr in _FORMATTING:
        raise Rejected(f".{node.attr} may not be used here; an f-string does it")
    if node.attr.startswith("_") and not _is_own(node):
        raise Rejected(f".{node.attr} is private")


def _is_own(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id in {"self", "cls"}


def _import(node: ast.Import) -> None:
    _importable(alias.name for alias in node.names)


def _import_from(node: ast.ImportFrom) -> None:
    if node.level or node.module is None:
        raise Rejected("relative imports are not allowed here")
    if any(alias.name == "*" for alias in node.names):
        raise Rejected("`import *` is not allowed here")
    _importable([node.module])


def _importable(names: Iterable[str]) -> None:
    for name in names:
        if name not in IMPORTABLE and name != "collections.abc":
            raise Rejected(f"{name} may not be imported here; allowed are {', '.join(sorted(IMPORTABLE))}")


def _constant(node: ast.Constant) -> None:
    value = node.value
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > LARGEST_NUMBER:
        raise Rejected(f"numbers above {LARGEST_NUMBER:,} are not allowed here")
    if isinstance(value, str | bytes) and len(value) > LONGEST_TEXT:
        raise Rejected(f"a text of more than {LONGEST_TEXT:,} characters is not allowed here")


def _operation(node: ast.BinOp) -> None:
    if isinstance(node.op, ast.Pow | ast.LShift):
        _bounded(node.right, LARGEST_FACTOR // 100, "exponents and shifts")
        if isinstance(node.op, ast.Pow) and isinstance(node.left, ast.BinOp):
            raise Rejected("powers of powers are not allowed here")
    if isinstance(node.op, ast.Mult):
        for side in (node.left, node.right):
            other = node.right if side is node.left else node.left
            if isinstance(side, ast.BinOp) and _is_sequence(side):
                raise Rejected("repetitions of repetitions are not allowed here")
            if _is_sequence(side):
                _bounded(other, LARGEST_FACTOR, "repetitions")
    if isinstance(node.op, ast.Mod) and _is_text(node.left):
        raise Rejected("% formatting may not be used here; an f-string does it")


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)


def _is_sequence(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        return _is_sequence(node.left) or _is_sequence(node.right)
    return isinstance(node, ast.List | ast.Tuple | ast.JoinedStr) or _is_text(node)


def _bounded(node: ast.expr, limit: int, what: str) -> None:
    fine = isinstance(node, ast.Constant) and isinstance(node.value, int) and node.value <= limit
    if not fine:
        raise Rejected(f"{what} need a constant of at most {limit:,} here")


def _formatted(node: ast.FormattedValue) -> None:
    """Refuse a format specification that asks for a billion blanks, or that is computed."""
    if not isinstance(node.format_spec, ast.JoinedStr):
        return
    for part in node.format_spec.values:
        if not isinstance(part, ast.Constant):
            raise Rejected("a computed format specification is not allowed here")
        if any(int(number) > LARGEST_FACTOR // 100 for number in re.findall(r"\d{1,40}", str(part.value))):
            raise Rejected("a width of more than a hundred is not allowed here")


def _call(node: ast.Call) -> None:
    if isinstance(node.func, ast.Name) and node.func.id == "range":
        for argument in node.args:
            _bounded_range(argument)


def _bounded_range(node: ast.expr) -> None:
    if isinstance(node, ast.Constant) and isinstance(node.value, int) and abs(node.value) > LARGEST_FACTOR:
        raise Rejected(f"a range of more than {LARGEST_FACTOR:,} is not allowed here")


def _plain_names(node: ast.AST) -> None:
    """Refuse identifiers that are not ASCII: they can look like others."""
    names: Collection[str | None] = ()
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.keyword(arg=name):
            names = (name,)
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ExceptHandler(name=name):
            names = (name,)
        case ast.alias(name=name, asname=other):
            names = (name.replace(".", "_"), other)
        case ast.MatchAs(name=name) | ast.MatchStar(name=name) | ast.MatchMapping(rest=name):
            names = (name,)
    for one in names:
        if one is not None and not _PLAIN_NAME.match(one):
            raise Rejected(f"the name {one!r} is not plain ASCII")


# The values are functions of their own node's type, which a mapping cannot say.
_RULES: Final[Mapping[type[ast.AST], tuple[Callable[..., None], ...]]] = {
    ast.Name: (_name,),
    ast.Attribute: (_attribute,),
    ast.Import: (_import,),
    ast.ImportFrom: (_import_from,),
    ast.Constant: (_constant,),
    ast.BinOp: (_operation,),
    ast.AugAssign: (lambda node: _operation(ast.BinOp(node.target, node.op, node.value)),),
    ast.FormattedValue: (_formatted,),
    ast.Call: (_call,),
    ast.While: (_refuse("`while` is not allowed here; loop over something that ends"),),
    ast.Global: (_refuse("`global` is not allowed here"),),
    ast.Nonlocal: (_refuse("`nonlocal` is not allowed here"),),
    ast.ClassDef: (_refuse("a class is not allowed here"),),
    ast.Delete: (_refuse("`del` is not allowed here"),),
    ast.With: (_refuse("`with` is not allowed here"),),
    ast.AsyncWith: (_refuse("`async with` is not allowed here"),),
    ast.FunctionDef: (_refuse("a function of its own is not allowed here"),),
    ast.AsyncFunctionDef: (_refuse("a function of its own is not allowed here"),),
    ast.Try: (_refuse("`try` is not allowed here: errors are handled by the caller"),),
    ast.TryStar: (_refuse("`try` is not allowed here: errors are handled by the caller"),),
}
