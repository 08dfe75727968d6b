"""What Python code in a slot may take from modules: by name, because a module also holds what it imported itself.

`enum.sys.modules`, `uuid.os` and `typing.get_type_hints` are as near as `enum.Enum`: nothing but the names below is let
through, neither of what a fill imports nor of what its file did. They compute, end, and touch nothing.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from scaffolder_fills.guard.rejected import Rejected

NAMES: Final[Mapping[str, frozenset[str]]] = {
    module: frozenset(names.split())
    for module, names in {
        "collections": "ChainMap Counter OrderedDict defaultdict deque abc",
        "collections.abc": "Awaitable Callable Collection Hashable Iterable Iterator Mapping Sequence Set",
        "dataclasses": "asdict astuple replace",
        "datetime": "UTC date datetime time timedelta timezone",
        "decimal": "Decimal InvalidOperation ROUND_CEILING ROUND_DOWN ROUND_FLOOR ROUND_HALF_EVEN ROUND_HALF_UP "
        "ROUND_UP",
        "fractions": "Fraction",
        "functools": "partial reduce",
        "itertools": "accumulate chain compress dropwhile filterfalse groupby islice pairwise starmap takewhile "
        "zip_longest",
        "math": "acos asin atan atan2 ceil copysign cos degrees dist e exp fabs floor fmod fsum gcd hypot inf isclose "
        "isfinite isinf isnan isqrt log log10 log2 nan pi pow radians remainder sin sqrt tan tau trunc",
        "operator": "itemgetter",
        "re": "ASCII DOTALL I IGNORECASE M MULTILINE Match Pattern compile escape findall finditer fullmatch match "
        "search split sub",
        "statistics": "fmean geometric_mean harmonic_mean mean median median_high median_low mode multimode pstdev "
        "pvariance quantiles stdev variance",
        "string": "ascii_letters ascii_lowercase ascii_uppercase capwords digits hexdigits punctuation whitespace",
        "textwrap": "dedent fill indent shorten wrap",
        "typing": "Any Final Literal Optional Union cast",
        "unicodedata": "category combining name normalize",
        "uuid": "NAMESPACE_DNS NAMESPACE_URL UUID uuid5",
    }.items()
}
"""Module to the names that may be used of it."""


@dataclass(slots=True)
class Imported:
    """What the names that a file imported stand for.

    `modules` are names of modules; `members` are names taken from modules, with the module and the name there.
    """

    modules: dict[str, str] = field(default_factory=dict)
    members: dict[str, tuple[str, str]] = field(default_factory=dict)

    def add(self, nodes: Iterable[ast.AST]) -> None:
        """Add the imports among these nodes."""
        for node in nodes:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    module = alias.name if alias.asname else alias.name.partition(".")[0]
                    self.modules[alias.asname or module] = module
            elif isinstance(node, ast.ImportFrom):
                source = "." * node.level + (node.module or "")
                for alias in node.names:
                    self.members[alias.asname or alias.name] = (source, alias.name)


def check_import(node: ast.Import | ast.ImportFrom) -> None:
    """See that an import takes only what may be taken.

    Raises:
        Rejected: it takes something else.
    """
    if isinstance(node, ast.Import):
        for alias in node.names:
            _module(alias.name)
        return
    if node.level or node.module is None:
        raise Rejected("relative imports are not allowed here")
    _module(node.module)
    for alias in node.names:
        _member(node.module, alias.name)


def check_use(root: ast.AST, imported: Imported, known: frozenset[str]) -> None:
    """See that what was imported is used only as far as it may be; `known` are names that the slot used before.

    Raises:
        Rejected: it is used further.
    """
    bases = {id(node.value): node.attr for node in ast.walk(root) if isinstance(node, ast.Attribute)}
    for node in ast.walk(root):
        if not isinstance(node, ast.Name):
            continue
        if node.id in imported.modules:
            _used_module(imported.modules[node.id], node.id, bases.get(id(node)))
        elif node.id in imported.members and node.id not in known:
            _used_member(*imported.members[node.id], node.id)


def _used_module(module: str, name: str, attribute: str | None) -> None:
    if module not in NAMES:
        raise Rejected(f"{name} may not be used here: code in a slot computes with what it is given")
    if attribute is None:
        raise Rejected(f"the module {name} itself may not be used here, only what it offers")
    _member(module, attribute)


def _used_member(module: str, member: str, name: str) -> None:
    if module in NAMES:
        _member(module, member)
    elif f"{module}.{member}" in NAMES or module.partition(".")[0] in NAMES or not member[:1].isupper():
        # A name in lower case may be a module, and through it everything that the module imported.
        raise Rejected(f"{name} may not be used here: code in a slot computes with what it is given")


def _module(name: str) -> None:
    if name not in NAMES:
        raise Rejected(f"{name} may not be imported here; allowed are {', '.join(sorted(NAMES))}")


def _member(module: str, name: str) -> None:
    if name == "*":
        raise Rejected("`import *` is not allowed here")
    if name not in NAMES[module]:
        raise Rejected(f"{module}.{name} may not be used here; allowed are {', '.join(sorted(NAMES[module]))}")
