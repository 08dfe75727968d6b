"""The Python modules of a project: where they stand and which names they define."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from scaffolder_validators.sources import Sources

_ALWAYS = frozenset(
    {"__name__", "__doc__", "__file__", "__path__", "__package__", "__spec__", "__loader__", "__dict__"}
)
_DEFINITION = re.compile(rb"^(?:(?:async def|def|class) +(\w+)(?=[\s(:\[])|(\w+) *(?::[^=\n]*)?=(?!=))", re.MULTILINE)
# Texts and comments, in which a line may look like a definition.
_NO_CODE = re.compile(
    rb'''"""(?:[^\\]|\\.)*?"""|\'{3}(?:[^\\]|\\.)*?\'{3}|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|#[^\n]*''', re.DOTALL
)


class Project:
    """Finds modules by their place, a path without `.py`; all paths are relative to the project, and POSIX."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self.files = frozenset(path for path in sources.tree if path.endswith((".py", ".pyi")))
        self._folders = frozenset(_parents(self.files))
        self._names: dict[str, frozenset[str] | None] = {}
        self._roots: dict[str, tuple[str, ...]] = {}
        self._seen: dict[str, frozenset[str]] = {}

    def places(self, path: str, top: str) -> list[str]:
        """Give the places at which the top-level module `top` may stand, as the file `path` sees it."""
        folder = path.rpartition("/")[0]
        if folder not in self._roots:
            self._roots[folder] = tuple(self._roots_of(folder))
        return [place for root in self._roots[folder] if self.exists(place := f"{root}{top}")]

    def _roots_of(self, folder: str) -> Iterator[str]:
        """Give the folders (with their last slash) from which imports are looked up: those above that are no package.

        The folder of a script or test is one of them, and `src` in each.
        """
        parts = folder.split("/") if folder else []
        for count in range(len(parts), -1, -1):
            root = "".join(f"{part}/" for part in parts[:count])
            if f"{root}__init__.py" not in self.files:
                yield root
                if f"{root}src" in self._folders:
                    yield f"{root}src/"

    def top_level(self) -> frozenset[str]:
        """Give the names of the modules at the root."""
        return frozenset(path.partition("/")[0].removesuffix(".py") for path in self.files)

    def exists(self, place: str) -> bool:
        """Tell whether there is a module, or a package with or without `__init__.py`; the root is one."""
        return not place or f"{place}.py" in self.files or f"{place}.pyi" in self.files or place in self._folders

    def is_regular(self, place: str) -> bool:
        """Tell whether there is a file for the module itself: a mere folder yields to what is installed."""
        return any(path in self.files for path in _candidates(place))

    def absolute(self, path: str, level: int, module: str) -> tuple[str, ...] | None:
        """Give the place of a relative import with `level` dots; `None` when it leads out of the project."""
        parts = path.split("/")[:-1]
        if level > 1 and len(parts) < level:
            return None
        base = parts[: len(parts) - (level - 1)]
        return ("/".join([*base, *(module.split(".") if module else [])]),)

    def nearest(self, place: str) -> str | None:
        """Give the dotted name of the module whose place is most like `place`."""
        all_places = {path.rpartition(".")[0].removesuffix("/__init__") for path in self.files}
        near = get_close_matches(place, sorted(all_places), 1, 0.8)
        return near[0].replace("/", ".") if near else None

    def defines(self, place: str, name: str) -> bool:
        """Tell whether `from place import name` works, as far as can be known without running it."""
        if self.exists(f"{place}/{name}" if place else name) or name in _ALWAYS:
            return True
        if place not in self._names and name in self._shown(place):
            return True
        names = self._of(place)
        return names is None or name in names

    def _shown(self, place: str) -> frozenset[str]:
        """Give the names that a module defines where nobody can miss it: most imports are of these, and to see them
        takes a tenth of the time of parsing. There may be others.
        """
        if place not in self._seen:
            path = _file_of(place, self.files)
            self._seen[place] = _definitions(self._sources.tree[path]) if path is not None else frozenset()
        return self._seen[place]

    def names(self, place: str) -> list[str]:
        """Give the names that a module is known to define."""
        return sorted(self._of(place) or ())

    def _of(self, place: str) -> frozenset[str] | None:
        """Give the names of a module, or `None` when they are made while it runs."""
        if place not in self._names:
            self._names[place] = None  # a cycle of star imports ends here
            self._names[place] = self._read(place)
        return self._names[place]

    def _read(self, place: str) -> frozenset[str] | None:
        path = _file_of(place, self.files)
        if path is None:
            return frozenset()  # a package without __init__.py has modules only
        tree = self._sources.module(path)
        if tree is None:
            return None
        names: set[str] = set()
        for node in _statements(tree.body):
            more = self._star(path, node) if _is_star(node) else _bound(node)
            if more is None:
                return None
            names.update(more)
        return None if names & {"__getattr__"} or _is_dynamic(tree) else frozenset(names)

    def _star(self, path: str, node: ast.stmt) -> Iterable[str] | None:
        if not isinstance(node, ast.ImportFrom):
            return None
        module = node.module or ""
        if node.level:
            places = self.absolute(path, node.level, module) or ()
        else:
            top, _, rest = module.partition(".")
            places = tuple(f"{place}/{rest.replace('.', '/')}".rstrip("/") for place in self.places(path, top))
        found = [self._of(place) for place in places if self.exists(place)]
        return found[0] if found else None


def _parents(paths: Iterable[str]) -> Iterator[str]:
    for path in paths:
        parts = path.split("/")[:-1]
        yield from ("/".join(parts[:count]) for count in range(1, len(parts) + 1))


def _candidates(place: str) -> tuple[str, ...]:
    inside = f"{place}/" if place else ""
    return (f"{place}.py", f"{inside}__init__.py", f"{place}.pyi", f"{inside}__init__.pyi")


def _file_of(place: str, files: frozenset[str]) -> str | None:
    return next((path for path in _candidates(place) if path in files), None)


def _definitions(content: bytes) -> frozenset[str]:
    """Give the names that are defined at the beginning of a line, but for what stands in a text."""
    names: set[str] = set()
    spans = (match.span() for match in _NO_CODE.finditer(content))
    start, end = next(spans, (len(content), 0))
    for match in _DEFINITION.finditer(content):
        while end <= match.start() and start < len(content):
            start, end = next(spans, (len(content), 0))
        if start > match.start():
            names.add((match[1] or match[2]).decode(errors="replace"))
    return frozenset(names)


def _is_star(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.names[0].name == "*"


def _statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Give the statements that run when the module is imported, in whatever block."""
    pending = list(body)
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            for field in ("body", "orelse", "finalbody"):
                pending += getattr(node, field, ())
            for handler in getattr(node, "handlers", ()):
                pending += handler.body
            for case in getattr(node, "cases", ()):
                pending += case.body


def _bound(node: ast.stmt) -> Iterator[str]:
    """Give the names that a statement binds in its module."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
        # A function may bind a global name that exists once it has run.
        yield from (name for one in ast.walk(node) if isinstance(one, ast.Global) for name in one.names)
    elif isinstance(node, ast.Import):
        yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield from (alias.asname or alias.name for alias in node.names)
    else:
        yield from _stored(node)


def _stored(node: ast.stmt) -> Iterator[str]:
    for one in ast.walk(node):
        if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store):
            yield one.id
        elif isinstance(one, ast.MatchAs | ast.MatchStar) and one.name:
            yield one.name


def _is_dynamic(tree: ast.Module) -> bool:
    """Tell whether a module writes into its own namespace by other means than statements."""
    calls = (one.func for node in tree.body if not isinstance(node, ast.ClassDef) for one in _calls(node))
    return any(isinstance(one, ast.Name) and one.id in {"globals", "exec", "setattr", "vars"} for one in calls)


def _calls(node: ast.stmt) -> Iterator[ast.Call]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return iter(())
    return (one for one in ast.walk(node) if isinstance(one, ast.Call))
