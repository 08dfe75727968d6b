"""Which value stands when agents disagree."""

import pytest
from fastapi import FastAPI
from pydantic import BaseModel

from app.agents.conflicts import find_conflicts, merge_outputs
from app.agents.registry import AgentRegistry
from app.agents.task import Conflict
from tests.agents.toys import First, Opinion, OtherPeer, Peer, Second


@pytest.fixture
def registry(app: FastAPI) -> AgentRegistry:
    registry = AgentRegistry()
    for toy in (First, Second, Peer, OtherPeer):
        registry.register(toy(app.state.llm))
    return registry


def outputs(**priorities: int) -> dict[str, BaseModel]:
    return {name: Opinion(priority=priority) for name, priority in priorities.items()}


def test_agents_that_agree_have_no_conflict(registry: AgentRegistry) -> None:
    assert find_conflicts(outputs(first=1, peer=1), registry) == ()


def test_an_agent_that_saw_the_others_answers_overrules_them(registry: AgentRegistry) -> None:
    [conflict] = find_conflicts(outputs(first=1, second=2), registry)
    assert conflict == Conflict("priority", {"first": 1, "second": 2}, "second", "informed")


def test_otherwise_the_majority_has_its_way(registry: AgentRegistry) -> None:
    [conflict] = find_conflicts(outputs(first=1, peer=2, other_peer=2), registry)
    assert (conflict.chosen, conflict.rule) == ("peer", "majority")


def test_without_a_majority_the_first_one_asked_has(registry: AgentRegistry) -> None:
    [conflict] = find_conflicts(outputs(peer=3, first=1, other_peer=2), registry)
    assert (conflict.chosen, conflict.rule) == ("peer", "first")


def test_merging_takes_the_chosen_values(registry: AgentRegistry) -> None:
    answers = outputs(first=1, peer=2, other_peer=2)
    merged = merge_outputs(answers, find_conflicts(answers, registry))
    assert merged == {"priority": 2, "reason": "none"}
