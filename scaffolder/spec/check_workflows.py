"""Nodes refer to things that exist, give what these need, and read what ran before them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from scaffolder.naming import Names, column_name
from scaffolder.spec.check_agents import add_unknown_entity, readable_entities
from scaffolder.spec.check_expressions import ExpressionChecker, columns_of
from scaffolder.spec.draft import Draft
from scaffolder.spec.graph import ancestors, cycles, describe_cycle
from scaffolder.spec.model import FieldSpec, Workflow
from scaffolder.spec.model import Node as NodeSpec
from scaffolder.spec.problems import Problems, quote
from scaffolder.spec.tree import MappingNode, Node, ScalarNode, SequenceNode
from scaffolder.spec.values import ValueMismatchError, convert, is_null

_ENV = re.compile(r"env:[A-Z][A-Z0-9_]*\Z")
_UUID = FieldSpec(type="uuid")
_PLACE = {"agent": "with", "call": "with"}
_NO_INSERT = {"User": "accounts are made by registering"}


def check_workflows(draft: Draft, problems: Problems) -> None:
    """Add what is wrong in workflows; names in `values` become those of columns, an index that of a table."""
    readable = readable_entities(draft)
    tables = {Names.of(name).plural_snake: name for name in readable if _is_name(name)}
    for name, workflow in draft.workflows.items():
        checker = _WorkflowChecker(draft, problems, name, workflow, tables)
        draft.workflows[name] = replace(workflow, nodes=checker.check())
    for cycle in cycles({name: _calls(workflow) for name, workflow in draft.workflows.items()}):
        node = next(node for node, item in draft.workflows[cycle[0]].nodes.items() if item.target == (cycle * 2)[1])
        message = f"workflows call each other in a circle: {describe_cycle(cycle)}"
        at = draft.at("workflows", cycle[0], "nodes", node, "call")
        problems.error(at, "cycle", message, "a circle of calls never ends")


def _is_name(name: str) -> bool:
    return re.search(r"[A-Za-z]", name) is not None


def _calls(workflow: Workflow) -> list[str]:
    return [node.target for node in workflow.nodes.values() if node.kind == "call" and node.target]


class _WorkflowChecker:
    """Checks one workflow."""

    def __init__(
        self, draft: Draft, problems: Problems, name: str, workflow: Workflow, tables: Mapping[str, str]
    ) -> None:
        self._draft = draft
        self._problems = problems
        self._name = name
        self._workflow = workflow
        self._tables = tables
        self._expressions = ExpressionChecker(draft, problems, name, workflow)

    def check(self) -> dict[str, NodeSpec]:
        """Check all nodes and the output; return the nodes with resolved names."""
        before = None
        if ("workflows", self._name, "flow") not in self._draft.broken:
            before = ancestors(self._workflow.nodes, self._workflow.flow)
        nodes = {}
        for name, node in self._workflow.nodes.items():
            nodes[name] = node
            if ("workflows", self._name, "nodes", name) not in self._draft.broken:
                nodes[name] = self._node(name, node, None if before is None else before[name])
        output = self._at("output")
        if output is not self._at():
            self._expressions.templates(output, None)
            self._environment(output)
        return nodes

    def _at(self, *path: str) -> Node:
        return self._draft.at("workflows", self._name, *path)

    def _node(self, name: str, node: NodeSpec, visible: set[str] | None) -> NodeSpec:
        self._expressions.node = name
        place = self._at("nodes", name, _PLACE.get(node.kind, node.kind))
        if place is not self._at("nodes", name):
            # Sorted, so that the known nodes in a hint always come in one order.
            self._expressions.templates(place, None if visible is None else sorted(visible))
            self._environment(place)
        if node.when is not None:
            at = self._at("nodes", name, "when")
            self._expressions.condition(at, node.when, None if visible is None else sorted(visible))
        if node.kind == "agent":
            self._known(self._at("nodes", name, "agent"), "agent", node.target, self._draft.agents)
        elif node.kind == "call":
            self._call(name, node)
        elif node.kind == "vector.search":
            return self._search(place, node)
        elif node.kind.startswith("db."):
            return self._rows(name, node)
        return node

    def _known(self, at: Node, what: str, name: str | None, options: Any) -> bool:
        if name is None or name in options:
            return name is not None
        self._problems.unknown(at, f"unknown-{what}", what, name, options)
        return False

    def _environment(self, node: Node) -> None:
        if isinstance(node, ScalarNode):
            if node.text.startswith("env:") and not _ENV.match(node.text):
                message = f"{quote(node.text)} does not name an environment variable"
                self._problems.error(node, "environment", message, "such as env:HOOK_URL")
        elif isinstance(node, (MappingNode, SequenceNode)):
            for item in node.values.values() if isinstance(node, MappingNode) else node.items:
                self._environment(item)

    def _call(self, name: str, node: NodeSpec) -> None:
        at = self._at("nodes", name, "call")
        if not self._known(at, "workflow", node.target, self._draft.workflows):
            return
        target = str(node.target)
        if ("workflows", target) in self._draft.broken:
            return
        fields = {column_name(field): field for field in self._draft.workflows[target].input}
        inputs = self._draft.workflows[target].input
        for key in node.with_:
            place = self._draft.key("workflows", self._name, "nodes", name, "with", key)
            if column_name(key) not in fields:
                self._problems.unknown(place, "unknown-field", f"input of {target}:", key, inputs)
            else:
                field = inputs[fields[column_name(key)]]
                self._literal(key, field, self._at("nodes", name, "with", key))
        given = {column_name(key) for key in node.with_}
        missing = [field for column, field in fields.items() if column not in given and _is_required(inputs[field])]
        if missing:
            message = f"{target} needs {', '.join(map(quote, missing))}"
            self._problems.error(at, "missing-value", message, f"add it to with: {{{missing[0]}: …}}")

    def _search(self, place: Node, node: NodeSpec) -> NodeSpec:
        index = node.target
        entities = {entity: table for table, entity in self._tables.items()}
        if index in entities:
            return replace(node, target=entities[index])
        at = place.values.get("index", place) if isinstance(place, MappingNode) else place
        self._known(at, "index", index, self._tables)
        return node

    def _rows(self, name: str, node: NodeSpec) -> NodeSpec:
        at = self._at("nodes", name, node.kind, "entity")
        entity = node.target
        if entity is None or entity not in self._tables.values():
            if entity is not None:
                add_unknown_entity(self._problems, at, entity, self._tables.values())
            return node
        if node.kind == "db.insert" and entity in _NO_INSERT and self._draft.auth is not None:
            self._problems.error(at, "contradiction", f"a workflow cannot insert a {entity}", _NO_INSERT[entity])
            return node
        if "id" in node.with_:
            self._literal("id", _UUID, self._at("nodes", name, node.kind, "id"))
        if "values" not in node.with_:
            return node
        columns = columns_of(self._draft, entity)
        if columns is None or (entity == "User" and self._draft.auth is not None):
            return node
        values = self._values(name, node, entity, columns)
        return replace(node, with_={**node.with_, "values": values})

    def _values(self, name: str, node: NodeSpec, entity: str, columns: Mapping[str, str]) -> dict[str, Any]:
        fields = self._draft.entities[entity].fields
        by_field = {field: column for column, field in columns.items()}
        values: dict[str, Any] = {}
        path = ("nodes", name, node.kind, "values")
        for key, value in node.with_["values"].items():
            column = key if key in columns else column_name(key)
            place = self._draft.key("workflows", self._name, *path, key)
            if column not in columns:
                hint = f"did you mean {quote(by_field[key])}?" if key in by_field else None
                hint = hint or self._problems.suggest(key, columns)
                self._problems.error(place, "unknown-column", f"{entity} has no column {quote(key)}", hint)
                continue
            self._literal(key, fields[columns[column]], self._at(*path, key))
            values[column] = value
        required = [column for column, field in columns.items() if _is_required(fields[field])]
        missing = [column for column in required if column not in values] if node.kind == "db.insert" else []
        if missing:
            message = f"{entity} needs {', '.join(map(quote, missing))}"
            at = self._draft.key("workflows", self._name, *path)
            self._problems.error(at, "missing-value", message, f"add {missing[0]}: …")
        return values

    def _literal(self, key: str, field: FieldSpec, node: Node) -> None:
        """Check a value that is no expression against the field that it is for."""
        if isinstance(node, ScalarNode) and ("{{" in node.text or _ENV.match(node.text)):
            return
        if is_null(node):
            if not field.nullable:
                self._problems.error(node, "value", f"{quote(key)} cannot be null")
            return
        options = (
            asdict(field)
            if field.type not in {"reference", "many"}
            else asdict(_UUID) | {"array": field.type == "many"}
        )
        if options["array"] and isinstance(node, SequenceNode):
            for item in node.items:
                if not (isinstance(item, ScalarNode) and "{{" in item.text):
                    self._convert(key, {**options, "array": False}, item)
            return
        self._convert(key, options, node)

    def _convert(self, key: str, options: Mapping[str, Any], node: Node) -> None:
        try:
            convert(options, node)
        except ValueMismatchError as error:
            self._problems.error(node, "value", f"{quote(key)} {error.message}", error.hint)


def _is_required(field: FieldSpec) -> bool:
    return not (field.nullable or field.has_default or field.owner or field.type == "many")
