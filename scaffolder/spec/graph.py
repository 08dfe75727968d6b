"""Cycles and ancestors of small directed graphs, without recursion, so that ten thousand nodes are fine."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping


def cycles(graph: Mapping[str, Collection[str]]) -> list[list[str]]:
    """Return cycles of `graph` (node -> the nodes that it leads to), at least one of each knot; none if there is none.

    Each is a list of nodes in which the last leads to the first. Successors that are no nodes are left out.
    """
    found: list[list[str]] = []
    done: set[str] = set()
    for start in graph:
        if start in done:
            continue
        path = [start]
        position = {start: 0}
        pending: list[Iterator[str]] = [iter(graph[start])]
        while path:
            following = next(pending[-1], None)
            if following is None:
                pending.pop()
                last = path.pop()
                del position[last]
                done.add(last)
            elif following in position:
                found.append(path[position[following] :])
            elif following in graph and following not in done:
                position[following] = len(path)
                path.append(following)
                pending.append(iter(graph[following]))
    return found


def ancestors(nodes: Iterable[str], edges: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    """Return, for each node, all nodes from which a path leads to it."""
    before: dict[str, list[str]] = {node: [] for node in nodes}
    for first, second in edges:
        if first in before and second in before:
            before[second].append(first)
    found: dict[str, set[str]] = {}
    for node, direct in before.items():
        reached: set[str] = set()
        pending = list(direct)
        while pending:
            current = pending.pop()
            if current not in reached:
                reached.add(current)
                pending += before[current]
        found[node] = reached
    return found


def describe_cycle(cycle: list[str]) -> str:
    """Return `a -> b -> a`, cut in the middle when long."""
    names = cycle if len(cycle) <= 8 else [*cycle[:7], "…"]
    return " -> ".join([*names, cycle[0]])
