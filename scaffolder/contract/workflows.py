"""Agents and workflows of the spec -> of the contract: typed, ordered, expressions compiled to Python."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from dataclasses import replace

from scaffolder.contract.compile import Source, compile_condition, compile_value
from scaffolder.contract.entities import entity_ref
from scaffolder.contract.entity_model import Entity, Field
from scaffolder.contract.fields import EnumNames, build_fields
from scaffolder.contract.workflow_model import (
    Agent,
    AgentRef,
    Argument,
    Given,
    Node,
    PublicPath,
    Setup,
    Workflow,
    WorkflowRef,
)
from scaffolder.naming import PYTHON_KEYWORDS, Names, column_name, pascal, python_attribute, python_module, snake, title
from scaffolder.spec.expressions import Path, parse_expression, template_paths
from scaffolder.spec.model import Agent as AgentSpec
from scaffolder.spec.model import Node as NodeSpec
from scaffolder.spec.model import Workflow as WorkflowSpec

_FUNCTION_WORDS = PYTHON_KEYWORDS | frozenset(dir(builtins)) | {"nodes", "context", "run", "output"}
# Modules of the framework that stand beside those of the user's agents and workflows.
_AGENT_MODULES = frozenset("base catalogue conflicts facts ledger manager records registry router task".split())
_WORKFLOW_MODULES = frozenset(
    "catalogue context engine errors execution nodes pipeline queue records router runs schemas search state".split()
)


def build_agents(
    agents: Mapping[str, AgentSpec], entities: Mapping[str, Entity], names: EnumNames
) -> tuple[Agent, ...]:
    """Resolve agents; each comes after those that it needs."""
    order: list[str] = []
    for name in agents:
        _after_needs(name, agents, order)
    return tuple(_agent(name, agents[name], entities, names) for name in order)


def _after_needs(name: str, agents: Mapping[str, AgentSpec], order: list[str]) -> None:
    if name not in order:
        for need in agents[name].needs:
            _after_needs(need, agents, order)
        order.append(name)


def _agent(name: str, agent: AgentSpec, entities: Mapping[str, Entity], enum_names: EnumNames) -> Agent:
    names = Names.of(name)
    output_class = f"{pascal(name)}Output"
    output, enums = build_fields(agent.output, output_class, enum_names)
    return Agent(
        name=names.snake,
        class_name=f"{pascal(name)}Agent",
        module=_module(name, _AGENT_MODULES),
        var=python_attribute(names.snake),
        label=names.title,
        goal=agent.goal,
        needs=tuple(snake(need) for need in agent.needs),
        reads=tuple(entity_ref(entities[read]) for read in agent.reads),
        output_class=output_class,
        output=output,
        enums=enums,
    )


def _module(name: str, taken: frozenset[str]) -> str:
    module = python_module(name)
    return f"{module}_" if module in taken else module


def build_workflows(
    workflows: Mapping[str, WorkflowSpec],
    entities: Mapping[str, Entity],
    agents: tuple[Agent, ...],
    names: EnumNames,
) -> tuple[Workflow, ...]:
    """Resolve workflows; nodes come in topological order."""
    by_agent = {agent.name: agent for agent in agents}
    built = {
        name: _Builder(name, workflow, workflows, entities, by_agent, names).build()
        for name, workflow in workflows.items()
    }
    return tuple(_with_called_setup(workflow, built, workflows) for workflow in built.values())


def _with_called_setup(workflow: Workflow, built: dict[str, Workflow], specs: Mapping[str, WorkflowSpec]) -> Workflow:
    """Add the rows that a called workflow needs by an input that is handed on as it is."""
    own = {item.attr for item in workflow.setup}
    workflow = replace(workflow, testable=workflow.testable and all(built[name].testable for name in workflow.calls))
    fields = {item.name: item for item in workflow.input}
    extra = []
    for node in specs[workflow.name].nodes.values() if workflow.name in specs else ():
        called = built.get(node.target or "") if node.kind == "call" else None
        for need in called.setup if called else ():
            field = _verbatim_input(node.with_.get(need.key), fields)
            if field is not None and field.attr not in own:
                extra.append(Setup(field.name, field.attr, need.entity))
    return replace(workflow, setup=(*workflow.setup, *extra)) if extra else workflow


def _verbatim_input(value: object, fields: Mapping[str, Field]) -> Field | None:
    paths = list(template_paths(value)) if isinstance(value, str) else []
    whole = isinstance(value, str) and value.strip().startswith("{{") and value.strip().endswith("}}")
    if whole and len(paths) == 1 and len(paths[0]) == 2 and paths[0][0] == "input":
        return fields.get(column_name(str(paths[0][1])))
    return None


class _Builder:
    """Builds one workflow; holds what its nodes share."""

    def __init__(
        self,
        name: str,
        workflow: WorkflowSpec,
        workflows: Mapping[str, WorkflowSpec],
        entities: Mapping[str, Entity],
        agents: Mapping[str, Agent],
        enum_names: EnumNames,
    ) -> None:
        self.name, self.workflow, self.workflows = name, workflow, workflows
        self.entities, self.agents = entities, agents
        self.by_table = {entity.table: entity for entity in entities.values()}
        self.names = Names.of(name)
        self.class_name = pascal(name)
        self.input, self.enums = build_fields(workflow.input, f"{self.class_name}Input", enum_names)
        self.inputs = {item.name: item for item in self.input}
        self.order = self._topological()
        self.skippable: dict[str, bool] = {}
        self.setup: dict[str, Setup] = {}
        self.testable = True

    def build(self) -> Workflow:
        nodes = tuple(self._node(name) for name in self.order)
        label = self.names.title
        return Workflow(
            name=self.name,
            class_name=self.class_name,
            module=_module(self.name, _WORKFLOW_MODULES),
            var=python_attribute(self.names.snake),
            const=self.names.constant,
            label=label,
            description=self.workflow.description or self._describe(),
            public=self._public(),
            internal=self.workflow.internal,
            input_class=f"{self.class_name}Input",
            run_class=f"{self.class_name}Run",
            input=self.input,
            enums=self.enums,
            nodes=nodes,
            output=tuple(self._output(key, value) for key, value in self.workflow.output.items()),
            agents=tuple({node.agent.name: node.agent for node in nodes if node.agent}.values()),
            entities=tuple({node.entity.name: node.entity for node in nodes if node.entity}.values()),
            calls=tuple(dict.fromkeys(node.workflow.name for node in nodes if node.workflow)),
            setup=tuple(self.setup.values()),
            testable=self.testable,
        )

    def _describe(self) -> str:
        return f"{self.names.title}: {', then '.join(title(name).lower() for name in self.order)}."

    def _public(self) -> PublicPath | None:
        if not self.workflow.public:
            return None
        method, path = self.workflow.public.split(None, 1)
        return PublicPath(method.upper(), path, f"start_{self.names.snake}")

    def _topological(self) -> list[str]:
        order: list[str] = []
        before: dict[str, set[str]] = {name: set() for name in self.workflow.nodes}
        for first, second in self.workflow.flow:
            before[second].add(first)
        for name, node in self.workflow.nodes.items():
            before[name] |= self._roots(node) & before.keys()
        self.before = before
        while len(order) < len(before):
            ready = [name for name in before if name not in order and before[name] <= set(order)]
            if not ready:
                raise ValueError(f"workflow {self.name} has a cycle, which the spec's checks should have found")
            order.append(ready[0])
        return order

    def _roots(self, node: NodeSpec) -> set[str]:
        paths = list(template_paths(node.with_))
        if node.when:
            paths += parse_expression(node.when).paths
        return {str(path[0]) for path in paths}

    def _node(self, name: str) -> Node:
        spec = self.workflow.nodes[name]
        reads = tuple(item for item in self.order if item in self._roots(spec) and item != name)
        needs = tuple(item for item in self.order if item in self.before[name])
        all_skipped = bool(needs) and all(self.skippable[item] for item in needs)
        self.skippable[name] = bool(spec.when) or any(self.skippable[item] for item in reads) or all_skipped
        attr = self._attr(name)
        node = Node(
            name=name,
            attr=attr,
            func=f"{attr}_" if attr in _FUNCTION_WORDS else attr,
            kind=spec.kind,
            doc="",
            result="",
            needs=needs,
            reads=reads,
            may_skip=self.skippable[name],
            when=compile_condition(spec.when, self._resolve) if spec.when else None,
            retry=spec.retry,
            timeout=spec.timeout,
            args=(),
        )
        return getattr(self, f"_{spec.kind.replace('.', '_')}")(node, spec)  # type: ignore[no-any-return]

    def _attr(self, name: str) -> str:
        attr = python_attribute(name)
        return f"{attr}_" if attr == "input" else attr

    def _argument(self, key: str, value: object) -> Argument:
        return Argument(key, python_attribute(key), compile_value(value, self._resolve))

    def _arguments(self, values: Mapping[str, object]) -> tuple[Argument, ...]:
        return tuple(self._argument(key, value) for key, value in values.items())

    def _agent(self, node: Node, spec: NodeSpec) -> Node:
        agent = self.agents[snake(spec.target or "")]
        earlier = self._ancestors(node.name)
        given = []
        for name in self.order:
            other = self.workflow.nodes[name]
            if name in earlier and other.kind == "agent" and snake(other.target or "") in agent.needs:
                given.append(Given(snake(other.target or ""), self._attr(name)))
        return replace(
            node,
            doc=f"{agent.goal.rstrip('.')}.",
            result=agent.output_class,
            agent=AgentRef(agent.name, agent.class_name, agent.module, agent.output_class),
            args=self._arguments(spec.with_),
            given=tuple({item.name: item for item in given}.values()),
        )

    def _ancestors(self, name: str) -> set[str]:
        found: set[str] = set()
        pending = list(self.before[name])
        while pending:
            current = pending.pop()
            if current not in found:
                found.add(current)
                pending += self.before[current]
        return found

    def _call(self, node: Node, spec: NodeSpec) -> Node:
        target = str(spec.target)
        reference = WorkflowRef(target, pascal(target), _module(target, _WORKFLOW_MODULES))
        return replace(
            node,
            doc=f"Run the workflow {target}.",
            result="nodes.CallResult",
            workflow=reference,
            args=self._arguments(spec.with_),
        )

    def _http(self, node: Node, spec: NodeSpec) -> Node:
        given = spec.with_
        method = str(given.get("method", "GET")).upper()
        json = given.get("json")
        return replace(
            node,
            doc=f"Send a {method} request.",
            result="nodes.HttpResult",
            method=method,
            url_python=compile_value(given.get("url", ""), self._resolve),
            headers=self._arguments(_mapping(given.get("headers"))),
            params=self._arguments(_mapping(given.get("params"))),
            json_python=None if json is None else compile_value(json, self._resolve),
        )

    def _rows(self, node: Node, spec: NodeSpec, verb: str) -> tuple[Node, Entity]:
        entity = self.entities[str(spec.target)]
        done = replace(
            node, doc=f"{verb} a {entity.label}.", result=f"{entity.class_name}Read", entity=entity_ref(entity)
        )
        return done, entity

    def _db_insert(self, node: Node, spec: NodeSpec) -> Node:
        done, entity = self._rows(node, spec, "Create")
        return replace(done, args=self._values(entity, _mapping(spec.with_.get("values", spec.with_))))

    def _db_get(self, node: Node, spec: NodeSpec) -> Node:
        done, entity = self._rows(node, spec, "Load")
        return replace(done, id_python=self._row_id(entity, spec.with_["id"]))

    def _db_update(self, node: Node, spec: NodeSpec) -> Node:
        done, entity = self._rows(node, spec, "Change")
        values = self._values(entity, _mapping(spec.with_.get("values")))
        return replace(done, args=values, id_python=self._row_id(entity, spec.with_["id"]))

    def _values(self, entity: Entity, values: Mapping[str, object]) -> tuple[Argument, ...]:
        targets = {item.attr: item for item in entity.references}
        for key, value in values.items():
            if key in targets:
                self._needs_row(value, self.entities[targets[key].target])
        return self._arguments(values)

    def _row_id(self, entity: Entity, value: object) -> str:
        self._needs_row(value, entity)
        return compile_value(value, self._resolve)

    def _needs_row(self, value: object, entity: Entity) -> None:
        """Note which input must be the id of a row; a value from anywhere else cannot be arranged by a test."""
        field = _verbatim_input(value, self.inputs)
        if field is not None:
            self.setup[field.attr] = Setup(field.name, field.attr, entity_ref(entity))
        elif not self._is_row_id(value):
            self.testable = False

    def _is_row_id(self, value: object) -> bool:
        paths = list(template_paths(value)) if isinstance(value, str) else []
        node = self.workflow.nodes.get(str(paths[0][0])) if len(paths) == 1 else None
        return node is not None and node.kind.startswith("db.")

    def _vector_search(self, node: Node, spec: NodeSpec) -> Node:
        entity = self.by_table[str(spec.target)]
        return replace(
            node,
            doc=f"Find the {entity.label_plural} most like the query.",
            result="nodes.SearchResult",
            entity=entity_ref(entity),
            query_python=compile_value(spec.with_.get("query", ""), self._resolve),
            k_python=compile_value(spec.with_.get("k", 5), self._resolve),
        )

    def _output(self, key: str, value: object) -> Argument:
        roots = {str(path[0]) for path in template_paths(value)}
        optional = tuple(self._attr(name) for name in self.order if name in roots and self.skippable[name])
        return replace(self._argument(key, value), optional_on=optional)

    def _resolve(self, path: Path) -> Source:
        root = str(path[0])
        if root == "input":
            return self._input_source(path)
        node = self.workflow.nodes[root]
        base = f"run.{self._attr(root)}"
        if len(path) == 1:
            return Source(base)
        if node.kind == "http":
            self.testable = False  # what a remote server answers is not known to a test
        return {
            "agent": self._agent_source,
            "call": self._call_source,
            "http": self._http_source,
            "vector.search": self._search_source,
        }.get(node.kind, self._row_source)(node, base, path)

    def _input_source(self, path: Path) -> Source:
        if len(path) == 1:
            return Source("run.input.model_dump(mode='json')".replace("'", '"'))
        field = self.inputs[column_name(str(path[1]))]
        return _deeper(Source(f"run.input.{field.attr}", field.nullable), path[2:])

    def _agent_source(self, node: NodeSpec, base: str, path: Path) -> Source:
        agent = self.agents[snake(node.target or "")]
        field = next(item for item in agent.output if item.name == column_name(str(path[1])))
        return _deeper(Source(f"{base}.{field.attr}", field.nullable), path[2:])

    def _row_source(self, node: NodeSpec, base: str, path: Path) -> Source:
        entity = self.entities[str(node.target)]
        key = str(path[1])
        field = next((item for item in entity.fields if key in {item.name, item.attr}), None)
        nullable = field is not None and field.nullable
        return _deeper(Source(f"{base}.{field.attr if field else python_attribute(key)}", nullable), path[2:])

    def _call_source(self, node: NodeSpec, base: str, path: Path) -> Source:
        outputs = self.workflows[str(node.target)].output
        if path[1] == "id" and "id" not in outputs:
            return Source(f"{base}.id")
        return _deeper(Source(f'{base}.output["{path[1]}"]'), path[2:])

    def _http_source(self, _node: NodeSpec, base: str, path: Path) -> Source:
        return _deeper(Source(f"{base}.{path[1]}"), path[2:])

    def _search_source(self, _node: NodeSpec, base: str, path: Path) -> Source:
        return _deeper(Source(f"{base}.items"), path[2:])


def _deeper(source: Source, rest: Path) -> Source:
    if not rest:
        return source
    keys = ", ".join(f'"{key}"' if isinstance(key, str) else str(key) for key in rest)
    return Source(f"nodes.pick({source.python}, {keys})", nullable=True)


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}
