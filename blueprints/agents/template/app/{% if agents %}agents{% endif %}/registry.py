"""Which agents there are, what they can do, and in which order they depend on each other."""

from collections.abc import Collection, Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Any

from app.agents.base import Agent
from app.core.errors import NotFoundError

AnyAgent = Agent[Any]


class AgentRegistry:
    """Agents by name."""

    def __init__(self) -> None:
        self._agents: dict[str, AnyAgent] = {}

    def __iter__(self) -> Iterator[AnyAgent]:
        return iter(self._agents.values())

    def register(self, agent: AnyAgent) -> None:
        """Add an agent. Raises `ValueError` when its name is taken."""
        if agent.name in self._agents:
            raise ValueError(f"there are two agents called {agent.name}")
        self._agents[agent.name] = agent

    def get(self, name: str) -> AnyAgent:
        """Return the agent of this name; raise `NotFoundError` if there is none."""
        try:
            return self._agents[name]
        except KeyError:
            raise NotFoundError(f"There is no agent called {name}.") from None

    def discover(self, *, reads: str | None = None, gives: str | None = None) -> list[AnyAgent]:
        """Return the agents that read a certain table, or whose output has a certain field."""
        return [
            agent
            for agent in self
            if (reads is None or any(reading.name == reads for reading in agent.reads))
            and (gives is None or gives in agent.output.model_fields)
        ]

    def order(self, name: str, *, given: Collection[str] = ()) -> list[AnyAgent]:
        """Return the agents to run for `name`, those that it needs first and itself last.

        Agents in `given`, and what only they need, are left out. Raises `NotFoundError` for a missing agent and
        `ValueError` for agents that need each other.
        """
        graph: dict[str, list[str]] = {}
        waiting = [name]
        while waiting:
            current = waiting.pop()
            if current not in graph:
                graph[current] = [need for need in self.get(current).needs if need not in given]
                waiting.extend(graph[current])
        return [self.get(each) for each in _sorted(graph)]

    def check(self) -> None:
        """Raise `NotFoundError` or `ValueError` unless every agent can run."""
        for agent in self:
            self.order(agent.name)


def _sorted(graph: dict[str, list[str]]) -> list[str]:
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        raise ValueError(f"agents need each other: {' -> '.join(error.args[1])}") from error
