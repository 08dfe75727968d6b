"""What happens when agents propose different values for the same field.

The rule, in this order:

1. `informed`: an agent that was given the outputs of all the others has seen their values and overrules them.
2. `majority`: otherwise the value that most agents propose.
3. `first`: otherwise the value of the agent that was asked first.
"""

import json
from collections import Counter
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from app.agents.registry import AgentRegistry
from app.agents.task import Conflict


def find_conflicts(outputs: dict[str, BaseModel], registry: AgentRegistry) -> tuple[Conflict, ...]:
    """Return the fields on which the agents disagree and whose value stands. `outputs` is in the order of asking."""
    proposals: dict[str, dict[str, Any]] = {}
    for agent, output in outputs.items():
        for field, value in to_jsonable_python(output).items():
            proposals.setdefault(field, {})[agent] = value
    return tuple(_resolve(field, values, registry) for field, values in proposals.items() if _disagree(values))


def merge_outputs(outputs: dict[str, BaseModel], conflicts: tuple[Conflict, ...]) -> dict[str, Any]:
    """Return the fields of all outputs as JSON, with the chosen value where the agents disagreed."""
    merged: dict[str, Any] = {}
    for output in outputs.values():
        merged |= to_jsonable_python(output)
    return merged | {conflict.field: conflict.proposals[conflict.chosen] for conflict in conflicts}


def _disagree(values: dict[str, Any]) -> bool:
    return len(set(map(_key, values.values()))) > 1


def _resolve(field: str, values: dict[str, Any], registry: AgentRegistry) -> Conflict:
    for agent in values:
        known = {each.name for each in registry.order(agent)}
        if known.issuperset(values):
            return Conflict(field, values, agent, "informed")
    (most, votes), (_, next_votes) = Counter(map(_key, values.values())).most_common(2)
    if votes > next_votes:
        chosen = next(agent for agent, value in values.items() if _key(value) == most)
        return Conflict(field, values, chosen, "majority")
    return Conflict(field, values, next(iter(values)), "first")


def _key(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
