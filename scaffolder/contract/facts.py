"""What the contract promises of the generated code, as plain data that validators compare the code with.

Nothing here says how the code is written: types of values are JSON Schema (with `x-` keys for what OpenAPI cannot say),
types of columns are those of the databases. A validator may get a part of it.
"""

from __future__ import annotations

import re
from typing import Any

from scaffolder.contract.entity_model import Entity, Field, ForeignKey, Json, Table
from scaffolder.contract.model import Contract
from scaffolder.contract.openapi import body_schema, openapi_document
from scaffolder.contract.workflow_model import Agent, Node, Workflow

_INTEGER_BOUNDS = re.compile(r"types\.IntRange\((-?\d+), (-?\d+)\)")
_DECIMAL_BOUNDS = re.compile(r'types\.DecimalString\(\d+, \d+(?:, low="([^"]*)")?(?:, high="([^"]*)")?\)')
_VALUES = {
    "string": "string",
    "text": "string",
    "email": "string",
    "url": "string",
    "int": "integer",
    "bigint": "integer",
    "float": "number",
    "bool": "boolean",
    "json": "any",
}
_VARIANT = "with_variant"


def contract_facts(contract: Contract) -> dict[str, Any]:
    """Return what `scaffolder_validators.contract` compares generated code with; JSON can hold it.

    The keys are `openapi` (the document), `schemas` (by name, with the `x-` keys), `roles` (by operation), `tables`,
    `models`, `repositories`, `agents`, `workflows`, `settings` and `constants`.
    """
    document = openapi_document(contract)
    facts: dict[str, Any] = {
        "openapi": document,
        "schemas": _schemas(contract, document["components"]["schemas"]),
        "roles": _roles(contract),
        "tables": [_table(table, contract) for table in contract.tables],
        "models": [_model(entity) for entity in contract.entities],
        "repositories": [_repository(entity) for entity in contract.resources],
        "agents": [_agent(agent, contract) for agent in contract.agents],
        "workflows": [_workflow(workflow) for workflow in contract.workflows],
        "settings": _settings(contract),
    }
    if contract.auth:
        facts["default_role"] = contract.auth.default_role
        facts["admin_role"] = contract.auth.admin_role
    return facts


def _schemas(contract: Contract, published: Json) -> Json:
    """Return the published schemas with the rules that a request has to keep beyond them."""
    schemas = dict(published)
    account = contract.builtin["User"].name if contract.auth else None
    for entity in contract.resources:
        writable = {field.name: field for field in entity.fields}
        own = (f"{entity.class_name}Create", f"{entity.class_name}Update")
        for name in (*own, "RegisterRequest") if entity.name == account else own:
            if name in schemas:
                schemas[name] = _ruled(schemas[name], writable)
    for workflow in contract.workflows:
        if workflow.input_class in schemas:
            schemas[workflow.input_class] = _ruled(
                schemas[workflow.input_class], {item.name: item for item in workflow.input}
            )
    return schemas


def _ruled(schema: Json, fields: dict[str, Field]) -> Json:
    properties = {
        name: _with_rules(content, fields[name]) if name in fields else content
        for name, content in schema["properties"].items()
    }
    return {**schema, "properties": properties}


def _with_rules(schema: Json, field: Field) -> Json:
    rules = _rules(field.types.write)
    if not rules:
        return schema
    if "anyOf" in schema:
        return {**schema, "anyOf": [_innermost(schema["anyOf"][0], rules), *schema["anyOf"][1:]]}
    return _innermost(schema, rules)


def _innermost(schema: Json, rules: Json) -> Json:
    return {**schema, "items": {**schema["items"], **rules}} if "items" in schema else {**schema, **rules}


def _rules(write: str) -> Json:
    rules: Json = {}
    if "strict=True" in write:
        rules["x-strict"] = True
    if "allow_inf_nan=False" in write:
        rules["x-finite"] = True
    if match := _INTEGER_BOUNDS.search(write) or _DECIMAL_BOUNDS.search(write):
        low, high = match.groups()
        rules |= {key: bound for key, bound in (("x-minimum", low), ("x-maximum", high)) if bound}
    return rules


def _roles(contract: Contract) -> dict[str, list[str]]:
    """Return the roles that each operation asks for; operations that any caller may use are left out."""
    if contract.auth is None:
        return {}
    roles: dict[str, list[str]] = {}
    by_name = {entity.name: entity for entity in contract.resources}
    for operation in contract.operations:
        entity = by_name.get(operation.entity or "")
        if operation.kind in {"run", "cancel", "resume"}:
            roles[operation.id] = list(contract.auth.staff_roles)
        elif entity is not None:
            allowed = entity.read_roles if operation.kind in {"list", "get"} else entity.write_roles
            roles[operation.id] = list(allowed)
    return {name: allowed for name, allowed in roles.items() if allowed}


def _table(table: Table, contract: Contract) -> Json:
    types = {
        (entity.table, field.name): (field.types.postgresql, field.types.sqlite)
        for entity in contract.entities
        for field in entity.fields
    }
    own = {
        "created_at": ("TIMESTAMP WITH TIME ZONE", "DATETIME"),
        "updated_at": ("TIMESTAMP WITH TIME ZONE", "DATETIME"),
        "row_version": ("INTEGER", "INTEGER"),
    }
    columns = []
    for column in table.columns:
        # What is neither a field nor one of the three is an id.
        found = types.get((table.name, column.name)) or own.get(column.name, ("UUID", "CHAR(32)"))
        columns.append({"name": column.name, "postgresql": found[0], "sqlite": found[1], "nullable": column.nullable})
    return {
        "name": table.name,
        "columns": columns,
        "primary_key": {
            "name": table.primary_key,
            "columns": [column.name for column in table.columns if column.primary_key],
        },
        "uniques": {item.name: list(item.columns) for item in table.uniques},
        "indexes": {item.name: list(item.columns) for item in table.indexes},
        "checks": {item.name: item.sql for item in table.checks},
        "foreign_keys": {item.name: _foreign_key(item) for item in (*table.foreign_keys, *table.deferred)},
    }


def _foreign_key(key: ForeignKey) -> Json:
    return {"column": key.column, "target": f"{key.target_table}.id", "on_delete": key.on_delete}


def _model(entity: Entity) -> Json:
    enums = {enum.class_name: [member.literal for member in enum.members] for enum in entity.enums}
    relations = {
        item.relation: {"target": item.target_class, "by": item.attr, "many": False} for item in entity.references
    }
    relations |= {
        f"{item.attr.removesuffix('_ids')}_links": {"target": item.link_class, "by": item.left_column, "many": True}
        for item in entity.many
    }
    return {
        "name": entity.class_name,
        "module": entity.module,
        "table": entity.table,
        "columns": [
            {"name": "id", "attr": "id", "value": "uuid", "default": {"generated": "uuid"}, "allowed": None},
            *(
                {"name": name, "attr": name, "value": "datetime", "default": {"generated": "now"}, "allowed": None}
                for name in ("created_at", "updated_at")
            ),
            {"name": "row_version", "attr": "row_version", "value": "integer", "default": None, "allowed": None},
            *_columns(entity, enums),
        ],
        "relations": relations,
        "links": [
            {"name": item.link_class, "table": item.table, "columns": [item.left_column, item.right_column]}
            for item in entity.many
        ],
    }


def _columns(entity: Entity, enums: dict[str, list[str]]) -> list[Json]:
    return [
        {
            "name": field.name,
            "attr": field.attr,
            "value": _value(field),
            "default": _stored_default(field),
            "allowed": enums.get(field.enum or ""),
        }
        for field in entity.fields
    ]


def _value(field: Field) -> str:
    value = field.enum or _VALUES.get(field.kind, field.kind)
    value = "uuid" if field.reference else value
    return f"{value}[]" if field.array else value


def _stored_default(field: Field) -> Any:
    if field.kind != "bigint" or field.default_json is None:
        return field.default_json
    return [int(item) for item in field.default_json] if field.array else int(field.default_json)


def _repository(entity: Entity) -> Json:
    writes = bool({"create", "update"} & set(entity.operations))
    owned = [
        [item.attr, item.target_class, item.target_owner]
        for item in entity.references
        if item.target_owner and not item.owner
    ]
    owned += [[item.attr, item.target_class, item.target_owner] for item in entity.many if item.target_owner]
    found: Json = {
        "model": entity.class_name,
        "module": entity.module,
        "owner": entity.owner.attr if entity.owner else "",
        "searched": list(entity.search),
        "audited": entity.audited != () and (writes or "delete" in entity.operations),
        "owned_references": owned if writes else [],
        "state": "",
        "transitions": {},
    }
    if entity.states and writes:
        found["state"] = entity.states.attr
        found["transitions"] = {item.state: sorted(item.following) for item in entity.states.transitions}
        start = next(field for field in entity.fields if field.attr == entity.states.attr).default_json
        if start is not None:
            found["initial"] = start
    return found


def _agent(agent: Agent, contract: Contract) -> Json:
    reads = [
        [
            item.var,
            item.class_name,
            list(item.text_attrs),
            *([item.owner_attr] if contract.auth and item.owner_attr else []),
        ]
        for item in agent.reads
    ]
    fields = {item.name: item for item in agent.output}
    return {
        "name": agent.name,
        "class": agent.class_name,
        "module": agent.module,
        "goal": agent.goal,
        "needs": list(agent.needs),
        "reads": reads,
        "output": {"name": agent.output_class, "content": _ruled(body_schema(agent.output), fields)},
        "enums": {enum.class_name: [member.literal for member in enum.members] for enum in agent.enums},
    }


def _workflow(workflow: Workflow) -> Json:
    fields = {item.name: item for item in workflow.input}
    attrs = {node.name: node.attr for node in workflow.nodes}
    return {
        "name": workflow.name,
        "module": workflow.module,
        "input": {"name": workflow.input_class, "content": _ruled(body_schema(workflow.input), fields)},
        "enums": {enum.class_name: [member.literal for member in enum.members] for enum in workflow.enums},
        "steps": {node.attr: _step(node, attrs) for node in workflow.nodes},
    }


def _step(node: Node, attrs: dict[str, str]) -> Json:
    return {
        "function": node.func,
        "result": node.result,
        "uses": _used(node),
        "needs": [attrs[name] for name in node.needs],
        "reads": [attrs[name] for name in node.reads],
        "conditional": node.when is not None,
        "attempts": node.retry,
        "timeout_seconds": node.timeout,
    }


def _used(node: Node) -> str | None:
    named = node.agent or node.workflow
    if named is not None:
        return named.name
    return node.entity.repository_class if node.entity else node.method


def _settings(contract: Contract) -> Json:
    """Return settings whose defaults are part of the contract, by field name."""
    found: Json = {item.attr: None for item in contract.environment}
    if contract.auth:
        found["access_token_seconds"] = contract.auth.access_seconds
        found["refresh_token_seconds"] = contract.auth.refresh_seconds
    if rate := contract.limits.get("per_user"):
        found["rate_limit_requests"] = rate["requests"]
        found["rate_limit_seconds"] = rate["seconds"]
    return found
