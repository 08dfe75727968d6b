"""Agents and targets refer to things that exist, and agents do not need each other in a circle."""

from __future__ import annotations

from collections.abc import Collection

from scaffolder.spec.draft import Draft
from scaffolder.spec.graph import cycles, describe_cycle
from scaffolder.spec.problems import Place, Problems, quote


def readable_entities(draft: Draft) -> set[str]:
    """Return the entities that agents and nodes may read: the declared ones, and those that every project has."""
    built_in = ({"User"} if draft.auth else set()) | ({"Project"} if draft.agents else set())
    return draft.entities.keys() | built_in


def add_unknown_entity(problems: Problems, at: Place, name: str, readable: Collection[str]) -> None:
    """Add an error about the entity `name`, which is none of `readable`."""
    if name == "User":
        problems.error(at, "needs-auth", "User comes with auth", "add auth: true")
    else:
        problems.unknown(at, "unknown-entity", "entity", name, readable)


def check_agents(draft: Draft, problems: Problems) -> None:
    """Add what is wrong with `needs` and `reads` of agents and with `workflows` of targets."""
    readable = readable_entities(draft)
    for name, agent in draft.agents.items():
        for index, need in enumerate(agent.needs):
            if need not in draft.agents:
                problems.unknown(draft.at("agents", name, "needs", index), "unknown-agent", "agent", need, draft.agents)
        for index, read in enumerate(agent.reads):
            if read not in readable:
                at = draft.at("agents", name, "reads", index)
                add_unknown_entity(problems, at, read, readable)
    for cycle in cycles({name: agent.needs for name, agent in draft.agents.items()}):
        message = f"agents need each other in a circle: {describe_cycle(cycle)}"
        problems.error(draft.at("agents", cycle[0], "needs"), "cycle", message, "let one of them do without the other")
    _check_targets(draft, problems)


def _check_targets(draft: Draft, problems: Problems) -> None:
    public = [name for name, workflow in draft.workflows.items() if not workflow.internal]
    for name, target in draft.targets.items():
        for index, word in enumerate(target.workflows):
            at = draft.at("targets", name, "workflows", index)
            if word not in draft.workflows:
                problems.unknown(at, "unknown-workflow", "workflow", word, public)
            elif draft.workflows[word].internal:
                message = f"workflow {quote(word)} is internal: it comes along with those that call it"
                problems.error(at, "internal", message, "remove it")
