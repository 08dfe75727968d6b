"""Following expressions to what they stand for: constants, names, calls with their arguments, types."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar, Final

from scaffolder_validators.contract.python.program import Program
from scaffolder_validators.contract.python.values import (
    UNKNOWN,
    Bound,
    Call,
    Def,
    Either,
    Lambda,
    Member,
    Module,
    Package,
    Ref,
    Rest,
    Sub,
)
from scaffolder_validators.sources import parse_python

Scope = Mapping[str, Any]

_DEEPEST: Final = 60
_ENUMS: Final = frozenset({"enum.Enum", "enum.StrEnum", "enum.IntEnum"})
_ARITHMETIC: Final[Mapping[type[ast.operator], Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
}
_LARGEST: Final = 2**80


def evaluate(program: Program, module: Module, node: ast.AST | None, scope: Scope | None = None) -> Any:
    """Give what the expression `node` of `module` stands for; `scope` holds the names of the function around it."""
    return _Evaluator(program, module, scope or {})(node)


def annotation(program: Program, module: Module, node: ast.AST | None, scope: Scope | None = None) -> Any:
    """Give the type that an annotation names, also one in quotes."""
    return _Evaluator(program, module, scope or {}, quoted=True)(node)


def is_enum(program: Program, value: Any) -> bool:
    """Tell whether `value` is an enum class of the project."""
    return isinstance(value, Def) and any(
        isinstance(base, Ref) and base.name in _ENUMS for _, base in _ancestors(program, value)
    )


def enum_values(program: Program, value: Def) -> dict[str, Any]:
    """Give the members of an enum class, by name."""
    module = program.module(value.module)
    if module is None or not isinstance(value.node, ast.ClassDef):
        return {}
    return {
        item.targets[0].id: evaluate(program, module, item.value)
        for item in value.node.body
        if isinstance(item, ast.Assign) and isinstance(item.targets[0], ast.Name)
    }


def lineage(program: Program, value: Def) -> list[Def]:
    """Give the class and the project's classes that it inherits from, the nearest first."""
    found = [value]
    for base in (base for _, base in _ancestors(program, value)):
        if isinstance(base, Def) and base not in found:
            found.append(base)
    return found


def inherits(program: Program, value: Any, *names: str) -> bool:
    """Tell whether the class `value` inherits from one of the foreign classes `names`."""
    if not isinstance(value, Def):
        return False
    return any(isinstance(base, Ref) and base.name in names for _, base in _ancestors(program, value))


def class_attribute(program: Program, value: Def, name: str) -> tuple[Any, int]:
    """Give the value of a class attribute, also an inherited one, with its line; `UNKNOWN` when there is none.

    The line is that of the class itself where the attribute is inherited.
    """
    for one in lineage(program, value):
        module = program.module(one.module)
        for item in one.node.body:
            match item:
                case (
                    ast.Assign(targets=[ast.Name(id=target)], value=node)
                    | ast.AnnAssign(target=ast.Name(id=target), value=ast.expr() as node)
                ) if target == name and module is not None:
                    return evaluate(program, module, node), item.lineno if one is value else value.node.lineno
    return UNKNOWN, value.node.lineno


def _ancestors(program: Program, value: Def) -> Iterator[tuple[Def, Any]]:
    """Give each class with each of its bases, as far up as the source goes."""
    pending, seen = [value], {value}
    while pending:
        one = pending.pop(0)
        module = program.module(one.module)
        if module is None or not isinstance(one.node, ast.ClassDef):
            continue
        for node in one.node.bases:
            base = evaluate(program, module, node)
            base = base.base if isinstance(base, Sub) else base
            yield one, base
            if isinstance(base, Def) and base not in seen:
                seen.add(base)
                pending.append(base)


class _Evaluator:
    """Follows one expression."""

    def __init__(self, program: Program, module: Module, scope: Scope, *, quoted: bool = False) -> None:
        self._program = program
        self._module = module
        self._scope = scope
        self._quoted = quoted
        self._depth = 0

    def __call__(self, node: ast.AST | None) -> Any:
        method = self._METHODS.get(type(node))
        if method is None or self._depth > _DEEPEST:
            return UNKNOWN
        self._depth += 1
        try:
            return method(self, node)
        finally:
            self._depth -= 1

    def _constant(self, node: ast.Constant) -> Any:
        if self._quoted and isinstance(node.value, str):
            try:
                return self(parse_python(node.value, "eval").body)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                return UNKNOWN
        return node.value

    def _name(self, node: ast.Name) -> Any:
        if node.id in self._scope:
            return self._scope[node.id]
        return self._program.lookup(self._module, node.id)

    def _attribute(self, node: ast.Attribute) -> Any:
        owner = self(node.value)
        match owner:
            case Ref(name):
                return Ref(f"{name}.{node.attr}")
            case Package(name):
                return self._program.imported(name, node.attr)
            case Call(keywords=keywords):
                return keywords[node.attr] if node.attr in keywords else Bound(owner, node.attr)
            case Def(node=ast.ClassDef()):
                value, _ = class_attribute(self._program, owner, node.attr)
                if value is not UNKNOWN and is_enum(self._program, owner):
                    return Member(owner, node.attr, value)
                return value
        return UNKNOWN

    def _call(self, node: ast.Call) -> Any:
        func = self(node.func)
        # Types stand in the brackets of a call only where it is no annotation.
        quoted, self._quoted = self._quoted, False
        args: list[Any] = []
        for item in node.args:
            value = self(item.value) if isinstance(item, ast.Starred) else self(item)
            args += value if isinstance(item, ast.Starred) and isinstance(value, tuple | list) else [value]
        keywords: dict[str, Any] = {}
        for keyword in node.keywords:
            value = self(keyword.value)
            if keyword.arg is not None:
                keywords[keyword.arg] = value
            elif isinstance(value, dict):
                keywords |= {key: item for key, item in value.items() if isinstance(key, str)}
        self._quoted = quoted
        return Call(func, tuple(args), keywords, node.lineno)

    def _subscript(self, node: ast.Subscript) -> Any:
        base = self(node.value)
        quoted = self._quoted
        literal = isinstance(base, Ref) and base.name.endswith(".Literal")
        self._quoted = quoted and not literal
        args = (
            tuple(self(item) for item in node.slice.elts) if isinstance(node.slice, ast.Tuple) else (self(node.slice),)
        )
        self._quoted = quoted
        if isinstance(base, dict) and isinstance(args[0], str | int):
            return base.get(args[0], UNKNOWN)
        return Sub(base, args)

    def _binary(self, node: ast.BinOp) -> Any:
        left, right = self(node.left), self(node.right)
        if isinstance(node.op, ast.BitOr):
            if isinstance(left, dict) and isinstance(right, dict):
                return left | right
            return Either((*_options(left), *_options(right)))
        compute = _ARITHMETIC.get(type(node.op))
        if compute and _small(left) and _small(right):
            return compute(left, right)
        if isinstance(node.op, ast.Add) and type(left) is type(right) and isinstance(left, str | tuple | list):
            return left + right
        if isinstance(node.op, ast.Pow) and _small(left) and isinstance(right, int) and 0 <= right <= 64:
            return left**right
        return UNKNOWN

    def _unary(self, node: ast.UnaryOp) -> Any:
        value = self(node.operand)
        if isinstance(node.op, ast.USub) and isinstance(value, int | float):
            return -value
        if isinstance(node.op, ast.Not) and isinstance(value, bool):
            return not value
        return UNKNOWN

    def _text(self, node: ast.JoinedStr) -> Any:
        parts = []
        for item in node.values:
            value = self(item.value) if isinstance(item, ast.FormattedValue) else self(item)
            parts.append(str(value) if isinstance(value, str | int) else "{}")
        return "".join(parts)

    def _mapping(self, node: ast.Dict) -> Any:
        found: dict[Any, Any] = {}
        for key, item in zip(node.keys, node.values, strict=True):
            value = self(item)
            if key is not None:
                name = self(key)
                found[name if isinstance(name, str | int | Ref | Member) else UNKNOWN] = value
            elif isinstance(value, dict):
                found |= value
            else:
                found[Rest(value)] = value
        return found

    _METHODS: ClassVar[Mapping[type[Any], Callable[[Any, Any], Any]]] = {
        ast.Constant: _constant,
        ast.Name: _name,
        ast.Attribute: _attribute,
        ast.Call: _call,
        ast.Subscript: _subscript,
        ast.BinOp: _binary,
        ast.UnaryOp: _unary,
        ast.JoinedStr: _text,
        ast.Dict: _mapping,
        ast.Tuple: lambda self, node: tuple(self(item) for item in node.elts),
        ast.List: lambda self, node: [self(item) for item in node.elts],
        ast.Set: lambda self, node: [self(item) for item in node.elts],
        ast.Lambda: lambda self, node: Lambda(self(node.body)),
        ast.IfExp: lambda self, node: Either((*_options(self(node.body)), *_options(self(node.orelse)))),
        ast.Await: lambda self, node: self(node.value),
    }


def _options(value: Any) -> tuple[Any, ...]:
    return value.options if isinstance(value, Either) else (value,)


def _small(value: Any) -> bool:
    return isinstance(value, int | float) and abs(value) < _LARGEST
