"""Registration, discovery and dependency order."""

import pytest
from fastapi import FastAPI

from app.agents.registry import AgentRegistry
from app.core.errors import NotFoundError
from tests.agents.toys import First, Peer, Second, Third, Toy


@pytest.fixture
def registry(app: FastAPI) -> AgentRegistry:
    registry = AgentRegistry()
    for toy in (Third, Second, First, Peer):
        registry.register(toy(app.state.llm))
    return registry


def names(registry: AgentRegistry, name: str, *given: str) -> list[str]:
    return [agent.name for agent in registry.order(name, given=given)]


def test_agents_come_after_those_that_they_need(registry: AgentRegistry) -> None:
    assert names(registry, "third") == ["first", "second", "third"]
    assert names(registry, "first") == ["first"]


def test_what_is_given_is_not_asked_again(registry: AgentRegistry) -> None:
    assert names(registry, "third", "second") == ["first", "third"]
    assert names(registry, "second", "first") == ["second"]


def test_agents_are_found_by_what_they_give(registry: AgentRegistry) -> None:
    assert [agent.name for agent in registry.discover(gives="priority")] == ["third", "second", "first", "peer"]
    assert registry.discover(gives="price") == []


def test_names_are_unique(registry: AgentRegistry, app: FastAPI) -> None:
    with pytest.raises(ValueError, match="two agents called first"):
        registry.register(First(app.state.llm))


def test_an_unknown_agent_is_not_found(registry: AgentRegistry) -> None:
    with pytest.raises(NotFoundError, match="no agent called fourth"):
        registry.get("fourth")


def test_agents_that_need_each_other_are_refused(app: FastAPI) -> None:
    class Chicken(Toy):
        name = "chicken"
        needs = ("egg",)

    class Egg(Toy):
        name = "egg"
        needs = ("chicken",)

    registry = AgentRegistry()
    registry.register(Chicken(app.state.llm))
    registry.register(Egg(app.state.llm))
    with pytest.raises(ValueError, match="need each other"):
        registry.check()


def test_a_missing_agent_is_found_out_at_the_start(app: FastAPI) -> None:
    registry = AgentRegistry()
    registry.register(Second(app.state.llm))
    with pytest.raises(NotFoundError, match="no agent called first"):
        registry.check()


def test_the_agents_of_this_project_can_all_run(app: FastAPI) -> None:
    app.state.agents.registry.check()
    assert len(list(app.state.agents.registry)) > 0
