"""What an agent is given and what comes of it."""

from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel

OutputT = TypeVar("OutputT", bound=BaseModel)


@dataclass(slots=True)
class Usage:
    """Tokens that one run has used so far."""

    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True)
class AgentTask:
    """One piece of work.

    `input` is JSON from whoever asked, `context` holds the outputs of the agents that this one needs, by name,
    `facts` the rows that it may read: only those of `owner_id` if it is set. `usage` is added to while the agent works.
    """

    run_id: UUID
    input: dict[str, Any]
    context: dict[str, BaseModel] = field(default_factory=dict)
    owner_id: UUID | None = None
    facts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    usage: Usage = field(default_factory=Usage)


@dataclass(frozen=True, slots=True)
class AgentResult(Generic[OutputT]):
    """The output of an agent, with those of the agents that it needed, and the conflicts between them."""

    run_id: UUID
    output: OutputT
    context: dict[str, BaseModel]
    conflicts: tuple["Conflict", ...] = ()


@dataclass(frozen=True, slots=True)
class Conflict:
    """Different values that agents proposed for one field; `chosen` is the agent whose value stands."""

    field: str
    proposals: dict[str, Any]
    chosen: str
    rule: str
