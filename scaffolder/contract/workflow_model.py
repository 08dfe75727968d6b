"""Agents and workflows of the contract."""

from __future__ import annotations

from dataclasses import dataclass

from scaffolder.contract.entity_model import EntityRef, Enum, Field


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Agent:
    """An agent with its typed output; agents come in dependency order."""

    name: str
    class_name: str
    module: str
    var: str
    label: str
    goal: str
    needs: tuple[str, ...]
    reads: tuple[EntityRef, ...]
    output_class: str
    output: tuple[Field, ...]
    enums: tuple[Enum, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AgentRef:
    """How a workflow names an agent."""

    name: str
    class_name: str
    module: str
    output_class: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class WorkflowRef:
    """How a workflow names another one that it calls."""

    name: str
    class_name: str
    module: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Argument:
    """One argument of a node or value of an output: `python` is the compiled expression.

    `optional_on` names the attributes of nodes that may be skipped; the value is null when one of them was.
    """

    key: str
    attr: str
    python: str
    optional_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Given:
    """An earlier agent node, at `attr` of the run, whose agent `name` the node's agent needs."""

    name: str
    attr: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Setup:
    """An input that must be the id of a row of `entity` before the workflow can succeed."""

    key: str
    attr: str
    entity: EntityRef


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Node:
    """One step of a workflow, with everything it uses resolved; nodes come in topological order.

    `attr` is where its result stands in the run, `func` the function that does it, `result` that function's return
    annotation. `needs` are the nodes before it, `reads` those whose results it uses, `may_skip` says that a condition
    may leave it out. `retry` counts all attempts, `timeout` is in seconds.
    """

    name: str
    attr: str
    func: str
    kind: str
    doc: str
    result: str
    needs: tuple[str, ...]
    reads: tuple[str, ...]
    may_skip: bool
    when: str | None
    retry: int
    timeout: int | None
    args: tuple[Argument, ...]
    agent: AgentRef | None = None
    given: tuple[Given, ...] = ()
    workflow: WorkflowRef | None = None
    entity: EntityRef | None = None
    id_python: str | None = None
    query_python: str | None = None
    k_python: str | None = None
    method: str | None = None
    url_python: str | None = None
    headers: tuple[Argument, ...] = ()
    params: tuple[Argument, ...] = ()
    json_python: str | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PublicPath:
    """Where a workflow is started over HTTP."""

    method: str
    path: str
    operation_id: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Workflow:
    """A workflow with its typed input, its nodes and its compiled output."""

    name: str
    class_name: str
    module: str
    var: str
    const: str
    label: str
    description: str
    public: PublicPath | None
    internal: bool
    input_class: str
    run_class: str
    input: tuple[Field, ...]
    enums: tuple[Enum, ...]
    nodes: tuple[Node, ...]
    output: tuple[Argument, ...]
    agents: tuple[AgentRef, ...]
    entities: tuple[EntityRef, ...]
    calls: tuple[str, ...]
    setup: tuple[Setup, ...]
    testable: bool
