"""What a FastAPI handler asks for: parameters, a body, a caller, a role; its dependencies ask on its behalf."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from scaffolder_validators.contract.facts import Json
from scaffolder_validators.contract.python.evaluate import annotation, evaluate
from scaffolder_validators.contract.python.json_schema import JsonSchemas
from scaffolder_validators.contract.python.program import Program
from scaffolder_validators.contract.python.values import Call, Def, Module, Ref, Sub

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_DEPENDS: Final = frozenset({"fastapi.Depends", "fastapi.Security"})
_PLACES: Final = {
    "fastapi.Query": "query",
    "fastapi.Header": "header",
    "fastapi.Path": "path",
    "fastapi.Cookie": "cookie",
}
_SECURITY: Final = "fastapi.security."
_NOT_ASKED: Final = ("fastapi.", "starlette.")


@dataclass(slots=True)
class Asked:
    """What a request must bring."""

    parameters: list[Json] = field(default_factory=list)
    body: str | None = None
    secured: bool = False
    roles: tuple[str, ...] | None = None
    used: set[str] = field(default_factory=set)


class Signature:
    """Reads the parameters of handlers and of what they depend on."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._schemas = JsonSchemas(program)

    def of(self, node: _Function, module: Module, path: str) -> Asked:
        """Give what the handler `node` of the operation at `path` asks for."""
        asked = Asked()
        self._function(node, module, path, asked, set())
        return asked

    def demand(self, dependencies: Any, asked: Asked) -> None:
        """Add what a list of `Depends(...)` asks for."""
        for item in dependencies if isinstance(dependencies, list | tuple) else ():
            if isinstance(item, Call) and _name(item) in _DEPENDS and item.args:
                self._dependency(item.args[0], "", asked, set())

    def _function(self, node: _Function, module: Module, path: str, asked: Asked, seen: set[int]) -> None:
        if id(node) in seen:
            return
        seen.add(id(node))
        for name, argument, default in _arguments(node):
            value = evaluate(self._program, module, default) if default is not None else ...
            typed = annotation(self._program, module, argument.annotation)
            self._argument(name, typed, value, path, asked, seen)

    def _argument(self, name: str, typed: Any, default: Any, path: str, asked: Asked, seen: set[int]) -> None:
        base, extras = _flat(typed)
        given = default if isinstance(default, Call) and _name(default) in (*_DEPENDS, *_PLACES) else None
        for extra in [*extras, given]:
            if isinstance(extra, Call) and _name(extra) in _DEPENDS:
                if extra.args:
                    self._dependency(extra.args[0], path, asked, seen)
                return
        marks = [one for one in [*extras, given] if isinstance(one, Call) and _name(one) in _PLACES]
        if isinstance(base, Ref) and base.name.startswith(_NOT_ASKED) and not marks:
            return
        place = _PLACES[_name(marks[-1])] if marks else ("path" if f"{{{name}}}" in path else "query")
        if isinstance(base, Def) and self._schemas.is_published(base) and marks and place == "query":
            asked.used |= {f"{base.module}:{base.name}"}
            self._query(base, asked)
        elif isinstance(base, Def) and not marks and self._schemas.is_published(base) and place == "query":
            asked.used |= {f"{base.module}:{base.name}"}
            asked.body = base.name
        else:
            asked.parameters.append(self._parameter(name, typed, default, place, marks))

    def _parameter(self, name: str, typed: Any, default: Any, place: str, marks: list[Call]) -> Json:
        alias = next((mark.keywords["alias"] for mark in marks if "alias" in mark.keywords), None)
        if alias is None:
            alias = name.replace("_", "-") if place == "header" else name
        _, schema, needed = self._schemas.field(name, typed, default)
        return {"name": alias, "in": place, "required": place == "path" or needed, "schema": schema}

    def _query(self, model: Def, asked: Asked) -> None:
        for name, _, schema, needed in self._schemas.properties(model):
            asked.parameters.append({"name": name, "in": "query", "required": needed, "schema": schema})

    def _dependency(self, value: Any, path: str, asked: Asked, seen: set[int]) -> None:
        if isinstance(value, Call) and _name(value).startswith(_SECURITY):
            asked.secured = True
        elif isinstance(value, Call) and isinstance(value.func, Def):
            if value.args and all(isinstance(role, str) for role in value.args):
                asked.roles = value.args
            self._made(value.func, path, asked, seen)
        elif isinstance(value, Def) and isinstance(value.node, _Function):
            module = self._program.module(value.module)
            if module is not None:
                self._function(value.node, module, path, asked, seen)

    def _made(self, factory: Def, path: str, asked: Asked, seen: set[int]) -> None:
        """Follow the functions that a factory of dependencies (`require_roles("admin")`) defines and gives."""
        module = self._program.module(factory.module)
        for item in factory.node.body:
            if isinstance(item, _Function) and module is not None:
                self._function(item, module, path, asked, seen)


def _arguments(node: _Function) -> Iterator[tuple[str, ast.arg, ast.expr | None]]:
    given = [*node.args.posonlyargs, *node.args.args]
    defaults: list[ast.expr | None] = [None] * (len(given) - len(node.args.defaults))
    defaults += node.args.defaults
    for argument, default in zip(given, defaults, strict=True):
        yield argument.arg, argument, default
    for argument, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True):
        yield argument.arg, argument, default


def _flat(typed: Any) -> tuple[Any, list[Any]]:
    """Give the type inside of all `Annotated`, and all that was added to it, the innermost first."""
    if isinstance(typed, Sub) and typed.base == Ref("typing.Annotated"):
        base, extras = _flat(typed.args[0])
        return base, [*extras, *typed.args[1:]]
    return typed, []


def _name(value: Call) -> str:
    return value.func.name if isinstance(value.func, Ref) else ""
