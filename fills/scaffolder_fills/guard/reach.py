"""What Python code in a slot may not reach: processes, network, files, the interpreter, the state of others.

A fill computes with what its function is given. The rules name what is refused instead of proving what is safe, so they
are the first of several checks: linters, types and the slot's tests in a sandbox follow.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final

from scaffolder_fills.guard import changes, growth, modules, work
from scaffolder_fills.guard.rejected import Rejected

BUILTINS: Final = frozenset(
    "eval exec compile open input breakpoint help exit quit __import__ __builtins__ __loader__ __spec__ globals locals "
    "vars dir getattr setattr delattr hasattr memoryview bytes bytearray classmethod staticmethod property super type "
    "object id copyright credits license print callable format pow anext aiter BaseException SystemExit "
    "KeyboardInterrupt GeneratorExit BaseExceptionGroup ExceptionGroup CancelledError".split()
)
"""Names of the language that code in a slot has no business with."""

_DUNDER: Final = re.compile(r"__|_\w*__\w+")
_INTERNALS: Final = re.compile(r"(?:f|gi|cr|ag|tb|co|func|im)_[a-z]+\Z|mro\Z")
_FORMATTING: Final = frozenset({"format", "format_map", "vformat", "get_field", "format_field", "translate"})
# What reaches out, whatever object it is a method of; names that a field of an entity may well have are not here.
_EFFECTS: Final = frozenset(
    "metadata execute executemany exec_driver_sql run_sync drop_all create_all scalars register unregister attrgetter "
    "methodcaller write_text write_bytes read_text read_bytes unlink rmdir mkdir popen urlopen sendall connect "
    "create_connection create_subprocess_exec create_subprocess_shell run_in_executor call_soon call_later "
    "create_task ensure_future load_module exec_module find_spec import_module to_bytes from_bytes model_construct "
    "model_rebuild with_traceback add_note get_type_hints make_dataclass".split()
)
# Modules that a module imported for itself; `row.time` and `row.code` are fields, so those are not here.
_MODULES: Final = frozenset(
    "os sys subprocess socket shutil pathlib importlib ctypes builtins bltns pickle marshal shelve threading "
    "multiprocessing tempfile fcntl pty gc inspect codeop runpy pdb atexit urllib httpx httpx2 requests aiohttp ssl "
    "ftplib smtplib sqlite3 psycopg asyncio tracemalloc weakref sysconfig zipimport pkgutil sqlalchemy".split()
)
_LITERALS: Final = (
    ast.Expr, ast.Constant, ast.Load, ast.Tuple, ast.List, ast.Dict, ast.UnaryOp, ast.USub,
)  # fmt: skip
_PLAIN_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


def check(brought: Sequence[ast.AST], removed: Sequence[ast.AST], tree: ast.Module, kind: str) -> None:
    """See that what a fill brings stays within what it is given.

    Args:
        brought: the parts of the tree that the fill brings.
        removed: those that stood there before.
        tree: the rest of the file, with its imports.
        kind: of the slot.

    Raises:
        Rejected: it reaches further.
    """
    for root in brought:
        work.check_texts(root)
        if kind == "python.body":
            _code(root)
        else:
            _literals(root)
    if kind != "python.body":
        return
    imported = modules.Imported()
    for part in (tree, *brought):
        imported.add(ast.walk(part))
    known = frozenset(one.id for part in removed for one in ast.walk(part) if isinstance(one, ast.Name))
    patterns = frozenset(name for name, module in imported.modules.items() if module == "re") | frozenset(
        name for name, (module, member) in imported.members.items() if module == "re" and member != "escape"
    )
    texts, powers = growth.texts_of(list(brought)), growth.powers_of(list(brought))
    for root in brought:
        modules.check_use(root, imported, known)
        work.check(root, patterns)
        growth.check_operations(root, texts)
        growth.check_powers(root, powers)
    _names_of_the_file(brought, tree, known)
    changes.check(brought)


def _literals(root: ast.AST) -> None:
    for node in ast.walk(root):
        if not isinstance(node, _LITERALS):
            raise Rejected("only literals may stand in this slot")
        match node:
            case ast.Constant(value=value) if not (value is None or isinstance(value, str | int | float)):
                raise Rejected("only texts, numbers, true, false and nothing may stand in this slot")
            case ast.UnaryOp(operand=operand) if not (
                isinstance(operand, ast.Constant) and type(operand.value) in {int, float}
            ):
                raise Rejected("only a number may have a minus here")
            case ast.Dict(keys=keys) if not all(isinstance(key, ast.Constant) for key in keys):
                raise Rejected("only literals may be keys in this slot")


def _code(root: ast.AST) -> None:
    for node in ast.walk(root):
        for rule in _RULES.get(type(node), ()):
            rule(node)
        _plain_names(node)


def _refuse(why: str) -> Callable[[ast.AST], None]:
    def rule(node: ast.AST) -> None:
        del node
        raise Rejected(why)

    return rule


def _name(node: ast.Name) -> None:
    if node.id in BUILTINS or _DUNDER.match(node.id):
        raise Rejected(f"{node.id} may not be used here")


def _attribute(node: ast.Attribute) -> None:
    _reachable(node.attr)


def _reachable(name: str) -> None:
    if _DUNDER.match(name) or _INTERNALS.match(name) or name in _EFFECTS or name in _MODULES:
        raise Rejected(f".{name} may not be used here")
    if name in _FORMATTING:
        raise Rejected(f".{name} may not be used here; an f-string does it")
    if name.startswith("_"):
        raise Rejected(f".{name} is private")


def _class_pattern(node: ast.MatchClass) -> None:
    for name in node.kwd_attrs:
        _reachable(name)


def _keyword(node: ast.keyword) -> None:
    if node.arg is not None and node.arg.startswith("_"):
        raise Rejected(f"{node.arg} is private")


def _names_of_the_file(brought: Sequence[ast.AST], tree: ast.Module, known: frozenset[str]) -> None:
    """Refuse what the file holds for itself, such as its logger: constants, classes and functions are for use."""
    held = {
        node.id
        for statement in tree.body
        if isinstance(statement, ast.Assign | ast.AnnAssign)
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and not node.id.isupper()
    }
    for root in brought:
        for node in ast.walk(root):
            if isinstance(node, ast.Name) and node.id in (held | _MODULES) - known:
                raise Rejected(f"{node.id} may not be used here: code in a slot computes with what it is given")


def _plain_names(node: ast.AST) -> None:
    """Refuse identifiers that are not ASCII: they can look like others."""
    names: Collection[str | None] = ()
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.keyword(arg=name):
            names = (name,)
        case ast.alias(name=name, asname=other):
            names = (name.replace(".", "_"), other)
        case ast.MatchAs(name=name) | ast.MatchStar(name=name) | ast.MatchMapping(rest=name):
            names = (name,)
        case ast.MatchClass(kwd_attrs=attributes):
            names = attributes
    for one in names:
        if one is not None and not _PLAIN_NAME.match(one):
            raise Rejected(f"the name {one!r} is not plain ASCII")
        if one in {"self", "cls"} and not isinstance(node, ast.Name):
            raise Rejected("self may not be given another meaning here")


_HANDLED: Final = _refuse("`try` is not allowed here: errors are handled by the caller")
_FUNCTION: Final = _refuse("a function of its own is not allowed here")
# The values are functions of their own node's type, which a mapping cannot say.
_RULES: Final[Mapping[type[ast.AST], tuple[Callable[..., None], ...]]] = {
    ast.Name: (_name,),
    ast.Attribute: (_attribute,),
    ast.MatchClass: (_class_pattern,),
    ast.keyword: (_keyword,),
    ast.Import: (modules.check_import,),
    ast.ImportFrom: (modules.check_import,),
    ast.While: (_refuse("`while` is not allowed here; loop over something that ends"),),
    ast.Global: (_refuse("`global` is not allowed here"),),
    ast.Nonlocal: (_refuse("`nonlocal` is not allowed here"),),
    ast.ClassDef: (_refuse("a class is not allowed here"),),
    ast.Delete: (_refuse("`del` is not allowed here"),),
    ast.With: (_refuse("`with` is not allowed here"),),
    ast.AsyncWith: (_refuse("`async with` is not allowed here"),),
    ast.FunctionDef: (_FUNCTION,),
    ast.AsyncFunctionDef: (_FUNCTION,),
    ast.Try: (_HANDLED,),
    ast.TryStar: (_HANDLED,),
}
