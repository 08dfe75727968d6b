"""Expressions read only what exists: the input, and results of nodes that surely ran before."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from scaffolder.naming import column_name
from scaffolder.spec.draft import Draft
from scaffolder.spec.entities import BUILT_IN_COLUMNS, USER_COLUMNS, column_of
from scaffolder.spec.expressions import Expression, ExpressionError, Path, parse_expression, parse_template
from scaffolder.spec.fields import PLACEHOLDER
from scaffolder.spec.model import Node as NodeSpec
from scaffolder.spec.model import Workflow
from scaffolder.spec.problems import Problems, quote
from scaffolder.spec.tree import MappingNode, Node, ScalarNode, SequenceNode

HTTP_RESULT = ("status", "body")
SEARCH_RESULT = ("items",)


def scalars(node: Node) -> Iterator[ScalarNode]:
    """Yield all scalars in `node`."""
    if isinstance(node, ScalarNode):
        yield node
    elif isinstance(node, SequenceNode):
        for item in node.items:
            yield from scalars(item)
    elif isinstance(node, MappingNode):
        for item in node.values.values():
            yield from scalars(item)


def columns_of(draft: Draft, entity: str) -> dict[str, str] | None:
    """Return column -> field of `entity`, or None when not all of them are known here."""
    item = draft.entities.get(entity)
    if item is None or (draft.broken and ("entities", entity) in draft.broken):
        return None
    return {column_of(name, field): name for name, field in item.fields.items() if field is not PLACEHOLDER}


class ExpressionChecker:
    """Checks the expressions of one workflow."""

    def __init__(self, draft: Draft, problems: Problems, name: str, workflow: Workflow) -> None:
        self._draft = draft
        self._problems = problems
        self._name = name
        self._workflow = workflow
        self.node = ""
        """The node whose expressions are checked."""

    def templates(self, node: Node, visible: Collection[str] | None) -> None:
        """Check the `{{ }}` of all texts in `node`, which may read the nodes in `visible` (None: any)."""
        for scalar in scalars(node):
            if "{{" not in scalar.text:
                continue
            try:
                parts = parse_template(scalar.text)
            except ExpressionError as error:
                self._problems.error(scalar, "expression", _plain(error))
                continue
            for part in parts:
                if isinstance(part, Expression):
                    self._paths(scalar, part, visible)

    def condition(self, node: Node, source: str, visible: Collection[str] | None) -> None:
        """Check the condition `source`, which stands in `node`."""
        try:
            expression = parse_expression(source)
        except ExpressionError as error:
            hint = "such as triage.priority >= 5"
            self._problems.error(node, "expression", _plain(error), hint)
            return
        self._paths(node, expression, visible)

    def _paths(self, at: Node, expression: Expression, visible: Collection[str] | None) -> None:
        for path in dict.fromkeys(expression.paths):
            self._path(at, path, visible)

    def _path(self, at: Node, path: Path, visible: Collection[str] | None) -> None:
        root, rest = str(path[0]), path[1:]
        if root == "input":
            if rest and ("workflows", self._name) not in self._draft.broken:
                self._known(at, f"the input of {self._name} has no", str(rest[0]), self._workflow.input)
            return
        node = self._workflow.nodes.get(root)
        if node is None:
            known = ["input", *(self._workflow.nodes if visible is None else visible)]
            self._problems.unknown(at, "unknown-node", "node", root, known)
            return
        if visible is not None and root not in visible:
            message = f"{quote(root)} does not run before {quote(self.node)}"
            hint = f"add it to the flow: {root} -> {self.node}"
            if root == self.node:
                message, hint = f"{quote(root)} reads its own result", "name another node or the input"
            self._problems.error(at, "not-upstream", message, hint)
            return
        if rest and ("workflows", self._name, "nodes", root) not in self._draft.broken:
            options = self._result(node)
            if options is not None:
                self._known(at, f"the result of {quote(root)} has no", str(rest[0]), options)

    def _known(self, at: Node, what: str, name: str, options: Collection[str]) -> None:
        names = {column_name(option): option for option in options}
        if name not in options and name not in names and column_name(name) not in names:
            self._problems.error(at, "unknown-field", f"{what} {quote(name)}", self._problems.suggest(name, options))

    def _result(self, node: NodeSpec) -> Collection[str] | None:
        """Return what the result of `node` holds, or None when that is not known."""
        if node.kind == "http":
            return HTTP_RESULT
        if node.kind == "vector.search":
            return SEARCH_RESULT
        target = node.target or ""
        if node.kind == "agent":
            agent = self._draft.agents.get(target)
            return None if agent is None or ("agents", target) in self._draft.broken else agent.output
        if node.kind == "call":
            called = self._draft.workflows.get(target)
            return (
                None if called is None or ("workflows", target) in self._draft.broken else {**called.output, "id": ""}
            )
        columns = columns_of(self._draft, target)
        if columns is None:
            return None
        extra = (
            [name for name in USER_COLUMNS if name != "password_hash"] if target == "User" and self._draft.auth else []
        )
        return [*columns, *BUILT_IN_COLUMNS, *extra]


def _plain(error: ExpressionError) -> str:
    return str(error).replace("`", "'").replace("\n", " ")
