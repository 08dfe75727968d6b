"""A spec that is being read: its parts so far, the nodes that they came from, and which of them had problems."""

from __future__ import annotations

from dataclasses import dataclass, field

from scaffolder.spec.model import Agent, AuditAction, Auth, Entity, Fills, Limits, Project, Quality, Target, Workflow
from scaffolder.spec.tree import MappingNode, Node, ScalarNode, SequenceNode

Path = tuple[str | int, ...]


@dataclass(slots=True)
class Draft:
    """The parts of a spec; those in `broken` (`("agents", "triage")`) exist, but what they hold is not all known."""

    root: MappingNode
    project: Project | None = None
    auth: Auth | None = None
    limits: Limits = field(default_factory=Limits)
    audit: tuple[AuditAction, ...] = ()
    quality: Quality = field(default_factory=Quality)
    fills: Fills = field(default_factory=Fills)
    entities: dict[str, Entity] = field(default_factory=dict)
    agents: dict[str, Agent] = field(default_factory=dict)
    workflows: dict[str, Workflow] = field(default_factory=dict)
    targets: dict[str, Target] = field(default_factory=dict)
    broken: set[Path] = field(default_factory=set)

    def at(self, *path: str | int) -> Node:
        """Return the node at `path`, or the nearest one above that exists."""
        node: Node = self.root
        for part in path:
            if isinstance(node, MappingNode) and isinstance(part, str) and part in node.values:
                node = node.values[part]
            elif isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.items):
                node = node.items[part]
            elif not (isinstance(node, ScalarNode) and part == 0):
                break
        return node

    def key(self, *path: str) -> Node:
        """Return the key of the pair at `path`."""
        parent = self.at(*path[:-1])
        return parent.keys.get(path[-1], parent) if isinstance(parent, MappingNode) else parent
