"""Python: every import leads somewhere: the standard library, the project, or a dependency that it declares.

Dependencies are read from pyproject.toml, setup.cfg and requirements*.txt. Where nothing is declared anywhere, nothing
can be undeclared, and only imports of the project's own modules are checked. An import inside `try` with
`except ImportError` is the author's own question and is not answered here.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from scaffolder_validators.distributions import Declared, declared, installed_modules
from scaffolder_validators.finding import Finding
from scaffolder_validators.modules import Project
from scaffolder_validators.sources import Sources
from scaffolder_validators.validator import Missing, Ready, Scope, Tier

TIER: Tier = "project"
SCOPE: Scope = "project"
TIMEOUT = 60.0
CONFIG: tuple[str, ...] = ("pyproject.toml", "setup.cfg", "setup.py", "Pipfile", "requirements.txt")

_GENERATED: Final = ("_version", "version", "_pb2", "_pb2_grpc")
_FAILURES: Final = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})
_BUILTIN: Final = frozenset({*sys.stdlib_module_names, "__main__", "_typeshed", "typing_extensions"})


def probe() -> Ready | Missing:
    """It is part of this package, so it is there."""
    return Ready("1")


def applies_to(path: str) -> bool:
    """Python source, and the files that declare dependencies: they change what may be imported."""
    name = path.rpartition("/")[2]
    return path.endswith((".py", ".pyi")) or (name.startswith("requirements") and name.endswith((".txt", ".in")))


@dataclass(frozen=True, slots=True)
class _Import:
    node: ast.Import | ast.ImportFrom
    module: str
    """The module as it is written, without leading dots."""


def check(sources: Sources) -> Iterator[Finding]:
    """Resolve the imports of each file that parses."""
    project = Project(sources)
    known = _Known(sources)
    for path in sources.files:
        if not path.endswith((".py", ".pyi")):
            continue
        tree = sources.module(path)
        if tree is not None:
            for item in _imports(tree):
                yield from _resolve(path, item, project, known)


class _Known:
    """The modules that come from elsewhere."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self.declared: Declared | None = declared(sources.tree)
        self._modules = self.declared.modules() if self.declared else frozenset()
        self._looked = False

    def __contains__(self, module: str) -> bool:
        if self.declared is None or not self.declared.complete or module in self._modules:
            return True
        if not self._looked:  # names told nothing: look into what is installed, once
            self._looked = True
            self._modules |= installed_modules(self.declared.names, self._sources.environment)
        return module in self._modules

    def names(self) -> frozenset[str]:
        return self._modules


def _imports(tree: ast.Module) -> Iterator[_Import]:
    """Give the imports that must work, wherever they stand."""
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Try) and any(_expects(handler) for handler in node.handlers):
            pending += [*node.handlers, *node.orelse, *node.finalbody]
        elif isinstance(node, ast.Import):
            yield from (_Import(node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield _Import(node, node.module or "")
        elif isinstance(node, ast.stmt | ast.Module | ast.ExceptHandler | ast.match_case):
            # Expressions hold no imports; most of a tree need not be walked.
            for field in ("body", "orelse", "finalbody", "handlers", "cases"):
                pending += getattr(node, field, ())


def _expects(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    named = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(isinstance(one, ast.Name) and one.id in _FAILURES for one in named)


def _resolve(path: str, item: _Import, project: Project, known: _Known) -> Iterator[Finding]:
    node = item.node
    if isinstance(node, ast.ImportFrom) and node.level:
        module = project.absolute(path, node.level, item.module)
        if module is None:
            yield _finding(path, node, "beyond-top", "the import leaves the package", "Import by the absolute name.")
            return
        yield from _inside(path, item, module, project)
        return
    top = item.module.partition(".")[0]
    places = project.places(path, top)
    is_own = any(project.is_regular(place) for place in places)
    # `known` may look into what is installed, which takes long: so it is asked last.
    elsewhere = not is_own and (top in _BUILTIN or top in known)
    if is_own or (places and not elsewhere):
        rest = item.module[len(top) :].replace(".", "/")
        yield from _inside(path, item, tuple(f"{place}{rest}" for place in places), project)
    elif not elsewhere:
        message = f"{top} is neither in the standard library, nor in the project, nor a declared dependency"
        near = get_close_matches(top, [*known.names(), *_BUILTIN, *project.top_level()], 1)
        hint = f"Import {near[0]}, or declare the dependency." if near else "Declare the dependency, or delete it."
        yield _finding(path, node, "undeclared", message, hint)


def _inside(path: str, item: _Import, places: tuple[str, ...], project: Project) -> Iterator[Finding]:
    """Check an import of the project's own module, which may stand at one of `places`."""
    found = [place for place in places if project.exists(place)]
    if not found:
        if not item.module.endswith(_GENERATED):
            written = "." * getattr(item.node, "level", 0) + item.module
            like = project.nearest(places[0])
            hint = f"Import {like}, or write the module." if like else "Write the module, or delete the import."
            yield _finding(path, item.node, "missing-module", f"the project has no module {written}", hint)
        return
    if isinstance(item.node, ast.ImportFrom):
        for alias in item.node.names:
            if alias.name != "*" and not any(project.defines(place, alias.name) for place in found):
                module = item.module or found[0].rpartition("/")[2]
                near = get_close_matches(alias.name, project.names(found[0]), 1)
                hint = f"Import {near[0]}, or define the name there." if near else "Define the name there."
                yield _finding(path, alias, "missing-name", f"{module} defines no {alias.name}", hint)


def _finding(path: str, node: ast.Import | ast.ImportFrom | ast.alias, code: str, message: str, hint: str) -> Finding:
    # Nothing but spaces stands before an import, and names may be any letters only after it: bytes are code points.
    return Finding(path, node.lineno, node.col_offset + 1, f"imports:{code}", "error", message, hint)
