"""Repositories, agents and workflows: classes and calls that declare something by naming its properties."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Any, Final

from scaffolder_validators.contract.facts import Place, Record, Value
from scaffolder_validators.contract.python.evaluate import class_attribute, evaluate, lineage
from scaffolder_validators.contract.python.json_schema import JsonSchemas, plain
from scaffolder_validators.contract.python.program import Program
from scaffolder_validators.contract.python.values import UNKNOWN, Call, Def, Member, Module, Ref

_REPOSITORY: Final = (
    "model", "owner", "owned_references", "searched", "state", "initial", "transitions", "audited",
)  # fmt: skip
_AGENT: Final = ("name", "goal", "needs", "reads")


def read_repositories(program: Program, path: str) -> tuple[Record, ...]:
    """Give the classes of the file `path` that read and write a model."""
    return tuple(_record(program, one, _REPOSITORY) for one in _classes(program, path) if _says(one, "model"))


def read_agents(program: Program, path: str) -> tuple[Record, ...]:
    """Give the agents of the file `path`, each with the schema of its output."""
    found = []
    for one in _classes(program, path):
        if _says(one, "output") and _says(one, "name"):
            record = _record(program, one, _AGENT)
            output, _ = class_attribute(program, one, "output")
            schema = JsonSchemas(program).of_class(output) if isinstance(output, Def) else None
            found.append(Record(record.name, record.place, record.values, schema))
    return tuple(found)


def read_workflows(program: Program, path: str) -> tuple[Record, ...]:
    """Give the workflow of the file `path`, with the schema of its input."""
    module = program.module_at(path)
    value = program.lookup(module, "PIPELINE") if module is not None and "PIPELINE" in module.names else None
    if module is None or not isinstance(value, Call):
        return ()
    schema = value.keywords.get("input_type")
    lines = _keyword_lines(module.names["PIPELINE"])
    values = {"name": Value(plain(value.keywords.get("name")), lines.get("name", value.line))}
    steps = value.keywords.get("steps")
    for step in steps if isinstance(steps, tuple | list) else ():
        if isinstance(step, Call):
            values[f"step {step.args[0] if step.args else '?'}"] = Value(_step(step), step.line)
    read = JsonSchemas(program).of_class(schema) if isinstance(schema, Def) else None
    return (Record(str(values["name"].value), Place(path, value.line), values, read),)


def read_constant(program: Program, path: str, name: str) -> Value | None:
    """Give a top-level constant of the file `path`, or None when there is none."""
    module = program.module_at(path)
    node = module.names.get(name) if module is not None else None
    if module is None or not isinstance(node, ast.expr):
        return None
    return Value(plain(program.lookup(module, name)), node.lineno)


def read_defaults(program: Program, path: str) -> tuple[Record, ...]:
    """Give the classes of the file `path` with the default of each annotated field, and each plain attribute."""
    module = program.module_at(path)
    found = []
    for one in _classes(program, path):
        values = {}
        for item in one.node.body:
            match item:
                case (
                    ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as node)
                    | ast.Assign(targets=[ast.Name(id=name)], value=node)
                ) if module is not None:
                    value = evaluate(program, module, node)
                    if isinstance(value, Call):
                        value = value.args[0] if value.args else value.keywords.get("default", UNKNOWN)
                    values[name] = Value(plain(value), item.lineno)
        found.append(Record(one.name, Place(path, one.node.lineno), values))
    return tuple(found)


def _classes(program: Program, path: str) -> Iterable[Def]:
    module: Module | None = program.module_at(path)
    if module is None:
        return []
    return [program.define(module, node) for node in module.tree.body if isinstance(node, ast.ClassDef)]


def _says(one: Def, name: str) -> bool:
    return any(
        isinstance(item, ast.Assign) and isinstance(item.targets[0], ast.Name) and item.targets[0].id == name
        for item in one.node.body
    )


def _record(program: Program, one: Def, names: Iterable[str]) -> Record:
    values = {}
    for name in names:
        value, line = class_attribute(program, one, name)
        if value is not UNKNOWN:
            values[name] = Value(_plain(program, value), line)
    bases = {base.name for base in lineage(program, one)}
    values["bases"] = Value(sorted(bases), one.node.lineno)
    return Record(one.name, Place(one.path, one.node.lineno), values)


def _plain(program: Program, value: Any) -> Any:
    """Give a property as plain data: classes by their names, calls as the list of what they are made with."""
    match value:
        case Member(value=inner):
            return inner
        case Def(name=name):
            return name
        case Call(Ref("builtins.frozenset"), args):
            return sorted(map(str, _plain(program, args[0]))) if args and isinstance(args[0], list) else []
        case Call(_, args, keywords):
            return [_plain(program, item) for item in (*args, *keywords.values())]
        case list() | tuple():
            return [_plain(program, item) for item in value]
        case dict():
            return {str(_plain(program, key)): _plain(program, item) for key, item in value.items()}
    return plain(value)


def _step(step: Call) -> dict[str, Any]:
    function = step.args[1] if len(step.args) > 1 else step.keywords.get("function")
    returns = ""
    if isinstance(function, Def) and not isinstance(function.node, ast.ClassDef) and function.node.returns is not None:
        returns = ast.unparse(function.node.returns)
    return {
        "function": function.name if isinstance(function, Def) else "?",
        "result": returns,
        "uses": _used(function),
        "needs": plain(step.keywords.get("needs", ())),
        "reads": plain(step.keywords.get("reads", ())),
        "conditional": "when" in step.keywords,
        "attempts": step.keywords.get("attempts", 1),
        "timeout_seconds": step.keywords.get("timeout_seconds"),
    }


def _used(function: Any) -> str | None:
    """Give the first thing that a step names: an agent, a workflow, a repository, an HTTP method."""
    for node in ast.walk(function.node) if isinstance(function, Def) else ():
        match node:
            case ast.Return(value=ast.Await(value=ast.Call(args=[_, ast.Constant(value=str(name)), *_]))):
                return name
            case ast.Return(value=ast.Await(value=ast.Call(args=[_, ast.Name(id=name), *_]))):
                return name
    return None


def _keyword_lines(node: Any) -> dict[str, int]:
    keywords = node.keywords if isinstance(node, ast.Call) else []
    return {item.arg: item.value.lineno for item in keywords if item.arg}
