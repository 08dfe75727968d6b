"""Single edits of a generated project, each of which breaks what the contract says: one name, number, type or flag.

Edits are found by syntax trees and by patterns, in the order of the files and of their lines, so that they are the same
on every run. What an edit must not touch, because the contract does not speak of it, is left out by rule: docstrings,
summaries and descriptions, slots (filled text), bodies of functions but for the status codes and paths that they
answer with, and the names of Python enum members (their values are edited).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_PROSE = frozenset({"summary", "description", "title", "repr", "lazy", "order_by", "cascade", "passive_deletes", "cls"})
_METHODS = {"get": "post", "post": "put", "patch": "put", "delete": "post"}
_OTHER_TYPES = {
    "str": "int", "int": "str", "bool": "int", "float": "int", "UUID": "SafeUUID", "datetime": "date",
    "Decimal": "Context", "Any": "Text", "Uuid": "Date", "Email": "Date", "DateTime": "Date", "Json": "Date",
    "JsonObject": "Json", "Ids": "Date", "list": "set", "dict": "list", "BigInt": "Date", "Date": "Time",
    "String": "Unicode_", "Text": "Integer", "Integer": "BigInteger", "BigInteger": "Integer", "Boolean": "Integer",
    "UtcDateTime": "Duration", "TextEnum": "JsonArray", "ExactDecimal": "TextEnum", "Numeric": "Float",
    "JSON": "Text", "JSONB": "JSON", "Mapped": "", "Annotated": "", "StrEnum": "",
}  # fmt: skip
_CONSTANTS = {
    "app/core/pagination.py": ("DEFAULT_LIMIT", "MAX_LIMIT"),
    "app/api/deps.py": ("DEFAULT_ROLE",),
    "app/core/accounts.py": ("ADMIN_ROLE",),
    "app/schemas/types.py": ("NO_NUL", "EMAIL_LENGTH"),
}
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|\b\d+\b|\btrue\b|\bfalse\b')


@dataclass(frozen=True)
class Mutation:
    """The file `path` with one edit, in words `before` -> `after` at `line`."""

    path: str
    line: int
    kind: str
    before: str
    after: str
    content: bytes

    def __str__(self) -> str:
        return f"{self.path}:{self.line} {self.kind}: {self.before} -> {self.after}"


def mutations(files: Mapping[str, bytes], statuses: Iterable[int]) -> Iterator[Mutation]:
    """Give all edits; `statuses` are the status codes of problems that the contract uses."""
    used = frozenset(statuses)
    for path in sorted(files):
        if path == "openapi.json":
            yield from _json(path, files[path])
            continue
        find = next((one for pattern, one in _FINDERS if re.fullmatch(pattern, path)), None)
        if find is not None:
            editor = _Editor(path, files[path], used)
            yield from sorted(find(editor), key=lambda one: (one.line, one.kind, one.before))


class _Editor:
    """Makes edits of one Python file."""

    def __init__(self, path: str, content: bytes, statuses: frozenset[int]) -> None:
        self.path = path
        self.content = content
        self.statuses = statuses
        self.tree = ast.parse(content)
        self._starts = [0]
        for line in content.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))

    def replace(self, node: Any, after: str, kind: str) -> Iterator[Mutation]:
        """Write `after` in place of a node; an edit that is no Python, or changes nothing, is none."""
        start = self._starts[node.lineno - 1] + node.col_offset
        end = self._starts[node.end_lineno - 1] + node.end_col_offset
        before = self.content[start:end].decode()
        content = self.content[:start] + after.encode() + self.content[end:]
        try:
            if ast.dump(ast.parse(content)) == ast.dump(self.tree):
                return
        except SyntaxError:
            return
        yield Mutation(self.path, node.lineno, kind, " ".join(before.split()), after, content)

    def rename(self, node: Any, name: str, kind: str) -> Iterator[Mutation]:
        """Write another name for a class, at its definition alone."""
        line = self.content.splitlines()[node.lineno - 1]
        changed = line.replace(name.encode(), f"{name}X".encode(), 1)
        start = self._starts[node.lineno - 1]
        content = self.content[:start] + changed + self.content[start + len(line) :]
        yield Mutation(self.path, node.lineno, kind, name, f"{name}X", content)

    def constants(self, node: ast.AST | None, kind: str) -> Iterator[Mutation]:
        """Change each string, number and flag below `node`, but for prose."""
        if isinstance(node, ast.Constant):
            yield from self.constant(node, kind)
        elif isinstance(node, ast.keyword):
            if node.arg not in _PROSE:
                yield from self.constants(node.value, f"{kind} {node.arg}")
        elif isinstance(node, ast.Call):
            for part in (*node.args, *node.keywords):
                yield from self.constants(part, kind)
        elif node is not None and not isinstance(node, ast.Lambda | ast.JoinedStr):
            prose = _prose(node) if isinstance(node, ast.Dict) else []
            for child in (one for one in ast.iter_child_nodes(node) if one not in prose):
                yield from self.constants(child, kind)

    def constant(self, node: ast.Constant, kind: str) -> Iterator[Mutation]:
        """Change one constant."""
        match node.value:
            case bool():
                yield from self.replace(node, str(not node.value), kind)
            case int() | float():
                yield from self.replace(node, str(node.value + 1), kind)
            case str(text) if text not in _PROSE:
                yield from self.replace(node, repr(f"{node.value}x"), kind)

    def types(self, node: ast.AST | None, kind: str) -> Iterator[Mutation]:
        """Change each type name below `node` to another; not of the keys of JSON, which are all strings."""
        walked = list(ast.walk(node)) if node is not None else []
        keys = [key for one in walked if (key := _key_type(one))]
        for child in (one for one in walked if one not in keys):
            name = child.id if isinstance(child, ast.Name) else child.attr if isinstance(child, ast.Attribute) else ""
            other = _OTHER_TYPES.get(name, "str" if name[:1].isupper() and isinstance(child, ast.Name) else "")
            if isinstance(child, ast.Attribute) and other:
                other = f"{ast.unparse(child.value)}.{other}"
            if other and not isinstance(getattr(child, "ctx", None), ast.Store):
                yield from self.replace(child, other, kind)

    def nullable(self, node: ast.expr | None, kind: str) -> Iterator[Mutation]:
        """Let a type take null, or no longer."""
        if isinstance(node, ast.BinOp) and ast.unparse(node.left) == "Any":
            return  # the same to SQLAlchemy: anything may be null
        if isinstance(node, ast.BinOp):
            yield from self.replace(node, ast.unparse(node.left), kind)
        elif node is not None:
            yield from self.replace(node, f"{ast.unparse(node)} | None", kind)


def _prose(node: ast.Dict) -> list[ast.expr]:
    named = zip(node.keys, node.values, strict=True)
    return [value for key, value in named if isinstance(key, ast.Constant) and key.value in _PROSE]


def _key_type(node: ast.AST) -> ast.expr | None:
    """Give the type of the keys when `node` is `dict[..., ...]`."""
    match node:
        case ast.Subscript(value=ast.Name("dict"), slice=ast.Tuple(elts=[key, _])):
            return key
    return None


def _classes(editor: _Editor) -> Iterator[ast.ClassDef]:
    return (node for node in editor.tree.body if isinstance(node, ast.ClassDef))


def _is(node: ast.ClassDef, base: str) -> bool:
    return any(ast.unparse(one).rpartition(".")[2] == base for one in node.bases)


def _enum(editor: _Editor, node: ast.ClassDef) -> Iterator[Mutation]:
    for item in node.body:
        if isinstance(item, ast.Assign):
            yield from editor.constants(item.value, "enum value")


def _schemas(editor: _Editor) -> Iterator[Mutation]:
    for node in _classes(editor):
        if _is(node, "StrEnum"):
            yield from _enum(editor, node)
        elif node.bases and not _is(node, "Agent") and not any("RunData" in ast.unparse(one) for one in node.bases):
            if not node.name.endswith("Query") and "/base.py" not in editor.path:
                yield from editor.rename(node, node.name, "schema name")
            for item in node.body:
                yield from _schema_item(editor, item)


def _schema_item(editor: _Editor, item: ast.stmt) -> Iterator[Mutation]:
    if isinstance(item, ast.Assign) and ast.unparse(item.targets[0]) == "model_config":
        for keyword in item.value.keywords if isinstance(item.value, ast.Call) else ():
            if keyword.arg == "extra":
                yield from editor.constants(keyword.value, "schema extra")
    if not isinstance(item, ast.AnnAssign) or not isinstance(item.target, ast.Name):
        return
    yield from editor.replace(item.target, f"{item.target.id}_x", "field name")
    yield from editor.types(item.annotation, "field type")
    yield from editor.nullable(item.annotation, "field nullable")
    yield from editor.constants(item.annotation, "field bound")
    if item.value is None:
        yield from editor.replace(item, f"{ast.unparse(item)} = None", "field required")
    elif not isinstance(item.value, ast.Call):
        yield from editor.constants(item.value, "field default")
        yield from _members(editor, item.value, "field default")
    if item.value is not None:
        without = f"{item.target.id}: {ast.unparse(item.annotation)}"
        yield from editor.replace(item, without, "field required")


def _members(editor: _Editor, node: ast.AST, kind: str) -> Iterator[Mutation]:
    """Use another member of the same enum."""
    for child in ast.walk(node):
        if isinstance(child, ast.Attribute) and isinstance(child.value, ast.Name) and child.attr.isupper():
            yield from editor.replace(child, f"{child.value.id}.NO_SUCH", kind)


def _models(editor: _Editor) -> Iterator[Mutation]:
    for node in _classes(editor):
        if _is(node, "StrEnum"):
            yield from _enum(editor, node)
            continue
        if not any(isinstance(item, ast.AnnAssign) for item in node.body):
            continue
        if editor.path != "app/models/base.py":
            yield from editor.rename(node, node.name, "model name")
        for item in node.body:
            match item:
                case ast.Assign(targets=[ast.Name(id="__tablename__")], value=value):
                    yield from editor.constants(value, "table name")
                case ast.Assign(targets=[ast.Name(id="__table_args__")], value=ast.Tuple(elts=parts)):
                    for part in parts:
                        yield from editor.constants(part, str(ast.unparse(part).partition("(")[0].rpartition(".")[2]))
                case ast.AnnAssign(target=ast.Name(), value=ast.Call() as call):
                    yield from _attribute(editor, item, call)


def _attribute(editor: _Editor, item: ast.AnnAssign, call: ast.Call) -> Iterator[Mutation]:
    kind = "relation" if ast.unparse(call.func).endswith("relationship") else "column"
    yield from editor.replace(item.target, f"{ast.unparse(item.target)}_x", f"{kind} name")
    mapped = item.annotation.slice if isinstance(item.annotation, ast.Subscript) else None
    if kind == "relation":
        if isinstance(mapped, ast.Constant):
            name = str(mapped.value).partition(" ")[0]
            yield from editor.replace(mapped, repr(str(mapped.value).replace(name, f"{name}X")), "relation target")
        for keyword in call.keywords:
            if keyword.arg == "foreign_keys":
                yield from editor.replace(keyword.value, "created_at", "relation key")
        return
    yield from editor.types(mapped, "column value")
    if not any(keyword.arg in {"nullable", "primary_key"} for keyword in call.keywords):
        yield from editor.nullable(mapped, "column nullable")
    for argument in call.args:
        yield from editor.constants(
            argument, "column type" if "ForeignKey" not in ast.unparse(argument) else "foreign key"
        )
        yield from editor.types(argument.func if isinstance(argument, ast.Call) else None, "column type")
    for keyword in call.keywords:
        if keyword.arg != "onupdate":
            yield from editor.constants(keyword, "column")
            yield from _members(editor, keyword.value, "column default")


def _migrations(editor: _Editor) -> Iterator[Mutation]:
    for node in editor.tree.body:
        if isinstance(node, _Function):
            for call in (child for child in ast.walk(node) if isinstance(child, ast.Call)):
                name = ast.unparse(call.func).rpartition(".")[2]
                kind = f"{'un' if node.name == 'downgrade' else ''}{name}"
                for part in (*call.args, *call.keywords):
                    value = part.value if isinstance(part, ast.keyword) else part
                    if isinstance(value, ast.Constant | ast.List):
                        yield from editor.constants(part, kind)
                if isinstance(call.func, ast.Attribute) and name in _OTHER_TYPES:
                    yield from editor.types(call.func, "Column type")


def _routes(editor: _Editor) -> Iterator[Mutation]:
    yield from _schemas(editor)
    for node in editor.tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call | ast.List):
            text = ast.unparse(node.value)
            if "APIRouter" in text or "require_roles" in text:
                yield from editor.constants(node.value, "router" if "APIRouter" in text else "roles")
        elif isinstance(node, ast.Assign) and "Header(" in ast.unparse(node.value):
            yield from editor.constants(node.value, "header")
        elif isinstance(node, _Function):
            yield from _body(editor, node)
            for decorator in node.decorator_list:
                if isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Attribute):
                    yield from _route(editor, node, decorator, decorator.func)


def _route(editor: _Editor, node: _Function, decorator: ast.Call, func: ast.Attribute) -> Iterator[Mutation]:
    yield from editor.replace(func, f"{ast.unparse(func.value)}.{_METHODS[func.attr]}", "route method")
    for argument in decorator.args:
        yield from editor.constants(argument, "route path")
    response = node.returns
    for keyword in decorator.keywords:
        if keyword.arg == "dependencies":
            yield from editor.replace(keyword.value, "[]", "route roles")
        if keyword.arg == "response_model":
            response = keyword.value
        yield from editor.constants(keyword, "route")
        yield from _statuses(editor, keyword, "route status_code")
    if response is not None:
        yield from editor.replace(response, "bytes" if ast.unparse(response) != "None" else "Request", "route response")
    path = "".join(str(one.value) for one in decorator.args if isinstance(one, ast.Constant))
    for argument in node.args.args:
        yield from _argument(editor, argument, path)


def _argument(editor: _Editor, argument: ast.arg, path: str) -> Iterator[Mutation]:
    name, annotation = argument.arg, ast.unparse(argument.annotation or ast.Constant(None))
    if f"{{{name}}}" in path:
        yield from editor.replace(argument, f"{name}_x: {annotation}", "parameter name")
        yield from editor.types(argument.annotation, "parameter type")
        yield from editor.constants(argument.annotation, "parameter bound")
    elif name in {"body", "query"}:
        yield from editor.replace(argument, f"{name}: {annotation.replace('schemas.', 'schemas.X')}", f"route {name}")
    elif name in {"if_match", "once", "prefer"}:
        yield from editor.replace(argument, f"{name}: int", "header")


def _statuses(editor: _Editor, node: ast.AST, kind: str) -> Iterator[Mutation]:
    for child in ast.walk(node):
        if isinstance(child, ast.Attribute) and child.attr.startswith("HTTP_"):
            yield from editor.replace(child, f"{ast.unparse(child.value)}.HTTP_207_MULTI_STATUS", kind)


def _body(editor: _Editor, node: _Function) -> Iterator[Mutation]:
    """Change the status codes and locations that are answered."""
    for child in ast.walk(node):
        match child:
            case ast.Assign(targets=[ast.Attribute(attr="status_code")], value=value):
                yield from _statuses(editor, value, "answered status")
            case ast.Call(func=ast.Attribute(attr="remember"), args=[ast.Constant() as first, *_]):
                yield from editor.constants(first, "answered status")
            case ast.Assign(
                targets=[ast.Subscript(slice=ast.Constant(value="Location"))], value=ast.JoinedStr() as value
            ):
                text = ast.unparse(value)
                yield from editor.replace(value, text[:-1].replace("/", "/x", 1) + text[-1], "location")


def _mounts(editor: _Editor) -> Iterator[Mutation]:
    for node in ast.walk(editor.tree):
        if isinstance(node, ast.For) and isinstance(node.iter, ast.Tuple):
            for item in node.iter.elts:
                if "metrics" not in ast.unparse(item):  # its one route is not part of the description
                    yield from editor.replace(item, "health.router", "mount")


def _names_of_problems(editor: _Editor) -> Iterator[Mutation]:
    for node in editor.tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "RESPONSE_NAMES":
            for key, value in zip(node.value.keys, node.value.values, strict=True):  # type: ignore[attr-defined]
                if key.value in editor.statuses:
                    yield from editor.constants(value, "problem name")


def _errors(editor: _Editor) -> Iterator[Mutation]:
    for node in _classes(editor):
        if _is(node, "BaseModel"):
            for item in node.body:
                yield from _schema_item(editor, item)
        for item in node.body:
            match item:
                case ast.Assign(targets=[ast.Name(id="status")], value=ast.Constant(value=int(status)) as value):
                    if status in editor.statuses:
                        yield from editor.constants(value, "problem status")


def _constants(editor: _Editor) -> Iterator[Mutation]:
    for node in editor.tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in _CONSTANTS[editor.path]:
            yield from editor.constants(node.value, "constant")


def _repositories(editor: _Editor) -> Iterator[Mutation]:
    for node in editor.tree.body:
        if isinstance(node, ast.Assign):
            yield from _members(editor, node.value, "states")
    for one in _classes(editor):
        for item in one.body:
            if isinstance(item, ast.Assign) and ast.unparse(item.targets[0]) != "transitions":
                yield from editor.constants(item.value, "repository")
                yield from _members(editor, item.value, "states")


def _agents(editor: _Editor) -> Iterator[Mutation]:
    yield from _schemas(editor)
    for node in _classes(editor):
        if any(ast.unparse(base).startswith("base.Agent") for base in node.bases):
            for item in node.body:
                if isinstance(item, ast.Assign):
                    yield from editor.constants(item.value, "agent")


def _workflows(editor: _Editor) -> Iterator[Mutation]:
    yield from _schemas(editor)
    for node in editor.tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "PIPELINE":
            yield from editor.constants(node.value, "workflow")
        elif isinstance(node, _Function) and node.name != "output":
            for child in ast.walk(node):
                if isinstance(child, ast.Await) and isinstance(child.value, ast.Call):
                    named = child.value.args[1]
                    yield from editor.replace(named, "'other'", "workflow uses")


def _settings(editor: _Editor) -> Iterator[Mutation]:
    decided = {"access_token_seconds", "refresh_token_seconds", "rate_limit_requests", "rate_limit_seconds"}
    for node in _classes(editor):
        for item in node.body:
            if (
                isinstance(item, ast.AnnAssign)
                and ast.unparse(item.target) in decided
                and isinstance(item.value, ast.Call)
            ):
                yield from editor.replace(item.target, f"{ast.unparse(item.target)}_x", "setting")
                yield from editor.constants(item.value.args[0], "setting")


def _json(path: str, content: bytes) -> Iterator[Mutation]:
    for match in _TOKEN.finditer(content):
        before = match.group()
        if before[:1] == b'"':
            after = before[:-1] + b'x"'
        else:
            after = {b"true": b"false", b"false": b"true"}.get(before, before + b"1")
        changed = content[: match.start()] + after + content[match.end() :]
        line = content.count(b"\n", 0, match.start()) + 1
        yield Mutation(path, line, "openapi", before.decode(), after.decode(), changed)


_FINDERS: list[tuple[str, Callable[[_Editor], Iterator[Mutation]]]] = [
    (r"app/routers/\w+\.py|app/api/auth\.py|app/(?:agents|workflows)/router\.py|app/observability/health\.py", _routes),
    (r"app/api/router\.py", _mounts),
    (r"app/api/openapi\.py", _names_of_problems),
    (r"app/core/errors\.py", _errors),
    ("|".join(map(re.escape, _CONSTANTS)), _constants),
    (r"app/core/settings\.py", _settings),
    (r"app/schemas/\w+\.py", _schemas),
    (r"app/models/(?!types)\w+\.py", _models),
    (r"migrations/versions/\w+\.py", _migrations),
    (r"app/repositories/(?!base)\w+\.py", _repositories),
    (r"app/agents/(?!base|registry|manager|router|facts|ledger|task|records|conflicts|catalogue)\w+\.py", _agents),
    (r"app/workflows/(?!engine|state|pipeline|execution|context|records|router|errors|catalogue)\w+\.py", _workflows),
]
