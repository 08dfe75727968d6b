"""FastAPI: the operations of one file, and which routers are mounted where."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, Final

from scaffolder_validators.contract.facts import Mount, Place, Route
from scaffolder_validators.contract.python.evaluate import annotation, evaluate
from scaffolder_validators.contract.python.program import Program
from scaffolder_validators.contract.python.signature import Asked, Signature
from scaffolder_validators.contract.python.values import Call, Def, Either, Module, Ref, Rest

ROUTERS: Final = frozenset({"fastapi.APIRouter", "fastapi.FastAPI"})
_METHODS: Final = frozenset({"get", "post", "put", "patch", "delete", "head", "options"})
_CONSTANT: Final = re.compile(r"HTTP_(\d{3})_\w+")
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def read_routes(program: Program, path: str) -> tuple[tuple[Route, ...], tuple[Mount, ...], tuple[str, ...]]:
    """Give the operations and the mounts in the file `path`, and the names of all schemas (as `module:name`) used."""
    module = program.module_at(path)
    if module is None:
        return (), (), ()
    reader = _Reader(program, module)
    routes = tuple(reader.routes())
    return routes, tuple(reader.mounts()), tuple(sorted(reader.used))


class _Reader:
    """Reads one module."""

    def __init__(self, program: Program, module: Module) -> None:
        self._program = program
        self._module = module
        self.used: set[str] = set()

    def routes(self) -> Iterator[Route]:
        for node in self._module.tree.body:
            if isinstance(node, _Function):
                for decorator in node.decorator_list:
                    if isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Attribute):
                        yield from self._route(node, decorator, decorator.func)

    def _route(self, node: _Function, decorator: ast.Call, func: ast.Attribute) -> Iterator[Route]:
        router = evaluate(self._program, self._module, func.value)
        if not _is_router(router) or func.attr not in _METHODS:
            return
        call = evaluate(self._program, self._module, decorator)
        keywords = call.keywords
        if False in {router.keywords.get("include_in_schema"), keywords.get("include_in_schema")}:
            return
        path = str(router.keywords.get("prefix", "")) + str(call.args[0] if call.args else keywords.get("path", ""))
        asked = Signature(self._program).of(node, self._module, path)
        for owner in (router.keywords, keywords):
            Signature(self._program).demand(owner.get("dependencies"), asked)
        self.used |= asked.used
        yield Route(
            place=Place(self._module.path, decorator.lineno),
            method=func.attr,
            path=path,
            id=str(keywords.get("operation_id", node.name)),
            tags=(*_texts(router.keywords.get("tags")), *_texts(keywords.get("tags"))),
            request=asked.body,
            success=self._success(node, keywords),
            problems=self._problems(router.keywords) | self._problems(keywords),
            parameters=tuple(asked.parameters),
            secured=asked.secured,
            roles=asked.roles,
            answered=tuple(self._answered(node)),
            locations=tuple(self._locations(node)),
            router=router.origin or ("", ""),
        )

    def _success(self, node: _Function, keywords: Any) -> dict[int, str | None]:
        typed = annotation(self._program, self._module, node.returns)
        model = keywords.get("response_model", typed)
        found = {_status(keywords.get("status_code", 200)): self._schema(model)}
        responses = keywords.get("responses")
        for status, value in responses.items() if isinstance(responses, dict) else ():
            if isinstance(value, dict) and "model" in value:
                found[_status(status)] = self._schema(value["model"])
        return found

    def _schema(self, model: Any) -> str | None:
        if isinstance(model, Def):
            self.used.add(f"{model.module}:{model.name}")
            return model.name
        return None if model is None else "?"

    def _problems(self, keywords: Any) -> dict[int, str]:
        responses = keywords.get("responses")
        calls = [responses] if isinstance(responses, Call) else []
        if isinstance(responses, dict):
            calls += [key.value for key in responses if isinstance(key, Rest)]
        found: dict[int, str] = {}
        for call in calls:
            if isinstance(call, Call) and isinstance(call.func, Def):
                names = self._shared_names(call.func)
                found |= {_status(one): str(names.get(_status(one), "")) for one in call.args}
        return found

    def _shared_names(self, function: Def) -> dict[Any, Any]:
        module = self._program.module(function.module)
        found = self._program.lookup(module, "RESPONSE_NAMES") if module else None
        return found if isinstance(found, dict) else {}

    def _answered(self, node: _Function) -> Iterator[tuple[int, int]]:
        """Give the status codes that the handler, or a function of this file that it calls, answers with."""
        for item in self._bodies(node):
            match item:
                case ast.Assign(targets=[ast.Attribute(attr="status_code")], value=value):
                    yield from ((_status(one), item.lineno) for one in _options(self._evaluate(value)))
                case ast.Call(func=ast.Attribute(attr="remember"), args=[first, *_]):
                    yield _status(self._evaluate(first)), item.lineno

    def _locations(self, node: _Function) -> Iterator[tuple[str, int]]:
        for item in self._bodies(node):
            match item:
                case ast.Assign(targets=[ast.Subscript(slice=ast.Constant(value="Location"))], value=value):
                    path = self._evaluate(value)
                    if isinstance(path, str):
                        yield path, item.lineno

    def _bodies(self, node: _Function) -> Iterator[ast.AST]:
        pending: list[ast.AST] = [node]
        seen: set[int] = set()
        while pending:
            one = pending.pop()
            if id(one) in seen:
                continue
            seen.add(id(one))
            for statement in one.body:  # type: ignore[attr-defined]
                for item in ast.walk(statement):
                    yield item
                    if isinstance(item, ast.Call) and isinstance(item.func, ast.Name):
                        called = self._module.names.get(item.func.id)
                        if isinstance(called, _Function):
                            pending.append(called)

    def _evaluate(self, node: ast.AST) -> Any:
        return evaluate(self._program, self._module, node)

    def mounts(self) -> Iterator[Mount]:
        for node in self._module.tree.body:
            scope: dict[str, Any] = {}
            for item in ast.walk(node):
                if isinstance(item, ast.For) and isinstance(item.target, ast.Name):
                    values = self._evaluate(item.iter)
                    scope[item.target.id] = values if isinstance(values, tuple | list) else []
            for item in ast.walk(node):
                match item:
                    case ast.Call(func=ast.Attribute(value=owner, attr="include_router"), args=[first, *_]):
                        yield from self._mount(item, owner, first, scope)

    def _mount(self, node: ast.Call, owner: ast.expr, first: ast.expr, scope: dict[str, Any]) -> Iterator[Mount]:
        looped = isinstance(first, ast.Name) and first.id in scope
        routers = scope[first.id] if isinstance(first, ast.Name) and looped else [self._evaluate(first)]
        into = self._evaluate(owner)
        call = self._evaluate(node)
        asked = Asked()
        Signature(self._program).demand(call.keywords.get("dependencies"), asked)
        target = into.origin if _is_router(into) else None
        prefix = call.keywords.get("prefix", "")
        for router in routers:
            if _is_router(router) and router.origin:
                yield Mount(router.origin, target, str(prefix), asked.secured, asked.roles)


def _is_router(value: Any) -> bool:
    return isinstance(value, Call) and isinstance(value.func, Ref) and value.func.name in ROUTERS


def _status(value: Any) -> int:
    """Give a status code, also one of `fastapi.status` or `http.HTTPStatus`; 0 when it cannot be told."""
    if isinstance(value, Ref):
        last = value.name.rpartition(".")[2]
        if match := _CONSTANT.fullmatch(last):
            return int(match[1])
        return int(HTTPStatus[last]) if last in HTTPStatus.__members__ else 0
    return value if isinstance(value, int) else 0


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, list | tuple) else ()


def _options(value: Any) -> tuple[Any, ...]:
    return value.options if isinstance(value, Either) else (value,)
