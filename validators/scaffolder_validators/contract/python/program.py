"""A Python project as a set of parsed files in which names can be followed; nothing of it is ever imported or run."""

from __future__ import annotations

import ast
import builtins
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import Any, Final, TypeVar

from scaffolder_validators.contract.python.values import UNKNOWN, Call, Def, Module, Package, Ref
from scaffolder_validators.sources import parse_python

T = TypeVar("T")

_PARSED_KEPT: Final = 2_000
_FACTS_KEPT: Final = 4
_BUILTINS: Final = frozenset(dir(builtins))

_lock = Lock()
_parsed: OrderedDict[tuple[str, bytes], Module | None] = OrderedDict()
_facts: dict[tuple[str, str], list[tuple[dict[str, bytes | None], Any]]] = {}


class Program:
    """The Python files among `files` (path to bytes); what cannot be parsed is in `unread`."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files
        self.unread: set[str] = set()
        self.modules: dict[str, Module | None] = {}
        self._paths: dict[str, str] = {}
        self._folders: set[str] | None = None
        self._known: dict[tuple[str, str], tuple[Any, frozenset[str]]] = {}
        self._defs: dict[tuple[str, str], Def] = {}
        self._open: set[tuple[str, str]] = set()
        self._touched: list[set[str]] = [set()]

    def paths(self, *prefixes: str) -> list[str]:
        """Give the Python files below one of the folders (or the files) `prefixes`, sorted."""
        return sorted(path for path in self.files if path.endswith(".py") and path.startswith(prefixes))

    def facts(self, read: Callable[[Program, str], T], path: str) -> T:
        """Give `read(self, path)`; from memory when all the files that it looked at then are still the same."""
        key = (f"{read.__module__}.{read.__qualname__}", path)
        for number, (seen, known) in enumerate(_facts.get(key, ())):
            if all(self.files.get(one) == content for one, content in seen.items()):
                if number:
                    _remember(key, seen, known)
                self._touched[-1].update(seen)
                self.unread.update(one for one in seen if one in self.files and not self._parses(one))
                return known  # type: ignore[no-any-return]
        with self._tracking() as touched:
            touched.add(path)
            found = read(self, path)
        _remember(key, {one: self.files.get(one) for one in touched}, found)
        return found

    def module_at(self, path: str) -> Module | None:
        """Give the module in the file `path`, or None when there is none or it has a syntax error."""
        name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        return self.module(name)

    def module(self, name: str) -> Module | None:
        """Give the module of the dotted `name`, or None when it is no (readable) file of the project."""
        path = self._paths.get(name)
        if path is None:
            path = name.replace(".", "/") + ".py"
            if path not in self.files:
                path = name.replace(".", "/") + "/__init__.py"
            self._paths[name] = path
        self._touched[-1].add(path)
        if path.endswith("/__init__.py"):
            self._touched[-1].add(path.removesuffix("/__init__.py") + ".py")
        if name not in self.modules:
            content = self.files.get(path)
            self.modules[name] = None if content is None else _parse(name, path, content)
            if content is not None and self.modules[name] is None:
                self.unread.add(path)
        return self.modules[name]

    def define(self, module: Module, node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> Def:
        """Give the one `Def` of a class or function."""
        return self._defs.setdefault((module.name, f"{node.name}:{node.lineno}"), Def(module.name, module.path, node))

    def lookup(self, module: Module, name: str) -> Any:
        """Give what a top-level name of `module` stands for."""
        key = (module.name, name)
        if key in self._known:
            value, seen = self._known[key]
            self._touched[-1].update(seen)
            return value
        if key in self._open:
            return UNKNOWN
        self._open.add(key)
        try:
            with self._tracking() as touched:
                touched.add(module.path)
                value = self._bound(module, name)
        finally:
            self._open.discard(key)
        self._known[key] = (value, frozenset(touched))
        return value

    def imported(self, name: str, attribute: str | None = None) -> Any:
        """Give what `import name` or `from name import attribute` binds."""
        inside = self.module(name)
        if inside is None:
            if self._is_folder(name):
                whole = f"{name}.{attribute}" if attribute else name
                return Package(whole) if self.module(whole) or self._is_folder(whole) else UNKNOWN
            return Ref(f"{name}.{attribute}" if attribute else name)
        if attribute is None:
            return Package(name)
        if attribute in inside.names:
            return self.lookup(inside, attribute)
        return Package(f"{name}.{attribute}") if self.module(f"{name}.{attribute}") else UNKNOWN

    def _bound(self, module: Module, name: str) -> Any:
        from scaffolder_validators.contract.python.evaluate import evaluate  # noqa: PLC0415 - they need each other

        bound = module.names.get(name)
        if bound is None:
            return Ref(f"builtins.{name}") if name in _BUILTINS else UNKNOWN
        if isinstance(bound, tuple):
            return self.imported(*bound)
        if isinstance(bound, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            return self.define(module, bound)
        value = evaluate(self, module, bound)
        if isinstance(value, Call) and value.origin is None:
            value.origin = (module.name, name)
        return value

    def _is_folder(self, name: str) -> bool:
        if self._folders is None:
            self._folders = set()
            for path in self.files:
                while path := path.rpartition("/")[0]:
                    self._folders.add(path)
        return name.replace(".", "/") in self._folders

    def _parses(self, path: str) -> bool:
        return not path.endswith(".py") or self.module_at(path) is not None

    @contextmanager
    def _tracking(self) -> Iterator[set[str]]:
        """Collect the files that are looked at meanwhile; whoever waits for the result has looked at them as well."""
        touched: set[str] = set()
        self._touched.append(touched)
        try:
            yield touched
        finally:
            self._touched.pop()
            self._touched[-1].update(touched)


def _remember(key: tuple[str, str], seen: dict[str, bytes | None], found: Any) -> None:
    with _lock:
        others = [entry for entry in _facts.get(key, ()) if entry[1] is not found]
        _facts[key] = [(seen, found), *others][:_FACTS_KEPT]


def _parse(name: str, path: str, content: bytes) -> Module | None:
    key = (path, content)
    if key in _parsed:
        return _parsed[key]
    try:
        module = Module(name, path, parse_python(content))
        module.names.update(_bindings(module.tree.body, name, package=path.endswith("/__init__.py")))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        module = None
    with _lock:
        _parsed[key] = module
        while len(_parsed) > _PARSED_KEPT:
            _parsed.popitem(last=False)
    return module


def _bindings(
    body: list[ast.stmt], name: str, *, package: bool
) -> Iterator[tuple[str, ast.AST | tuple[str, str | None]]]:
    for node in body:
        match node:
            case ast.ClassDef(name=target) | ast.FunctionDef(name=target) | ast.AsyncFunctionDef(name=target):
                yield target, node
            case (
                ast.Assign(targets=[ast.Name(id=target)], value=ast.expr() as value)
                | ast.AnnAssign(target=ast.Name(id=target), value=ast.expr() as value)
            ):
                yield target, value
            case ast.Import():
                for item in node.names:
                    first = item.name.partition(".")[0]
                    yield item.asname or first, (item.name if item.asname else first, None)
            case ast.ImportFrom():
                start = _absolute(node, name, package=package)
                for item in node.names:
                    yield item.asname or item.name, (start, item.name)
            case ast.If() | ast.Try():
                yield from _bindings(node.body + node.orelse, name, package=package)


def _absolute(node: ast.ImportFrom, name: str, *, package: bool) -> str:
    if not node.level:
        return node.module or ""
    parts = name.split(".")
    kept = parts[: len(parts) - node.level + (1 if package else 0)]
    return ".".join([*kept, *([node.module] if node.module else [])])
