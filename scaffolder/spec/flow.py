"""The one-line form of a workflow's edges: `a -> b -> c`, `a & b -> c` for a join, `a -> b & c` for a fork."""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise

from scaffolder.spec.graph import cycles, describe_cycle
from scaffolder.spec.problems import Position, Problems, quote
from scaffolder.spec.reader import Reader
from scaffolder.spec.tree import Node, ScalarNode, SequenceNode

Edge = tuple[str, str]


class FlowReader:
    """Reads `flow`, a text or a list of texts."""

    def __init__(self, reader: Reader, what: str, nodes: Collection[str]) -> None:
        self._reader = reader
        self._problems: Problems = reader.problems
        self._what = what
        self._nodes = nodes
        self._seen: set[str] = set()

    def read(self, node: Node | None, key: Node) -> tuple[Edge, ...]:
        """Return the edges; without a flow, the nodes run in the order in which they are written."""
        if node is None:
            names = list(self._nodes)
            return tuple(pairwise(names))
        errors = self._problems.errors
        edges: dict[Edge, None] = {}
        for item in self._reader.items(node, self._what):
            if isinstance(item, ScalarNode) and self._reader.text(item, self._what):
                self._chain(item, edges)
            elif isinstance(item, SequenceNode):
                self._reader.wrong(item, self._what, "a text or a list of texts", "such as a -> b & c -> d")
        if self._problems.errors == errors:
            for name in self._nodes:
                if name not in self._seen:
                    message = f"node {quote(name)} is not in {self._what}"
                    self._problems.error(key, "flow", message, f"add it: [{_first(node)}, {name}] runs it on its own")
            self._check_cycles(edges, key)
        return tuple(edges)

    def _chain(self, node: ScalarNode, edges: dict[Edge, None]) -> None:
        before: list[str] = []
        at = 0
        for stage in node.text.split("->"):
            names = self._stage(node, stage, at)
            edges.update(((first, second), None) for first in before for second in names)
            before, at = names, at + len(stage) + 2

    def _stage(self, node: ScalarNode, text: str, at: int) -> list[str]:
        names: list[str] = []
        for part in text.split("&"):
            name = part.strip()
            place = self._place(node, at + len(part) - len(part.lstrip()))
            at += len(part) + 1
            if not name:
                self._problems.error(place, "flow", f"{self._what}: a node is missing here", "such as a -> b & c -> d")
            elif name not in self._nodes:
                self._problems.unknown(place, "unknown-node", f"node in {self._what}:", name, self._nodes)
            else:
                self._seen.add(name)
                names.append(name)
        return names

    @staticmethod
    def _place(node: ScalarNode, offset: int) -> Position:
        # The offset holds for text on one line; the quote in front of it counts.
        shift = offset + (not node.plain) if "\n" not in node.text else 0
        return Position(node.line, node.column + shift)

    def _check_cycles(self, edges: Collection[Edge], at: Node) -> None:
        graph: dict[str, list[str]] = {name: [] for name in self._nodes}
        for first, second in edges:
            graph[first].append(second)
        for cycle in cycles(graph):
            message = f"{self._what} goes in a circle: {describe_cycle(cycle)}"
            self._problems.error(at, "cycle", message, "a workflow runs each node once")


def _first(node: Node) -> str:
    return node.text if isinstance(node, ScalarNode) else "…"
