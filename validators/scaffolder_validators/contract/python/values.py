"""What an expression of Python source stands for, without running it."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final


class _Unknown:
    """What cannot be told from the source alone."""

    def __repr__(self) -> str:
        return "something that only running the code can tell"


UNKNOWN: Final = _Unknown()


@dataclass(frozen=True, slots=True)
class Ref:
    """A name outside of the project, by its full path: `sqlalchemy.String`, `builtins.str`."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Def:
    """A class or function of the project; there is one of it, so that it can be compared by identity."""

    module: str
    path: str
    node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef

    @property
    def name(self) -> str:
        """Its name."""
        return self.node.name


@dataclass(frozen=True, slots=True)
class Package:
    """A module of the project."""

    name: str


@dataclass(slots=True, eq=False)
class Call:
    """A call, with what its arguments stand for; `origin` is the module and name that it was assigned to."""

    func: Any
    args: tuple[Any, ...]
    keywords: Mapping[str, Any]
    line: int
    origin: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Bound:
    """An attribute of what a call made, such as the method in `sa.JSON().with_variant`."""

    owner: Call
    name: str


@dataclass(frozen=True, slots=True)
class Sub:
    """`base[args]`, as in `list[int]`."""

    base: Any
    args: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """`a | b` of types, or the two ends of a conditional expression."""

    options: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an enum."""

    owner: Def
    name: str
    value: Any


@dataclass(frozen=True, slots=True, eq=False)
class Lambda:
    """A function without a name: what it gives."""

    body: Any


@dataclass(frozen=True, slots=True, eq=False)
class Rest:
    """`**value` in a dictionary whose value is not a plain one."""

    value: Any


@dataclass(slots=True)
class Module:
    """One file: its tree, and what each of its top-level names is bound to."""

    name: str
    path: str
    tree: ast.Module
    names: dict[str, ast.AST | tuple[str, str | None]] = field(default_factory=dict)
