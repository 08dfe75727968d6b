"""What is asked, what comes back, and how asking can fail; no SDK is known here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol, runtime_checkable

from scaffolder_fills.cost import NOTHING, Usage

if TYPE_CHECKING:
    from pydantic import BaseModel


class Meter(Protocol):
    """Follows what one question costs: an asker may send several HTTP requests for it."""

    def before(self, max_tokens: int) -> None:
        """Take note of an HTTP request that is about to be sent.

        Raises:
            Unavailable: the budget is spent.
            NoAnswer: so long an answer does not fit into the budget.
        """
        ...

    def after(self, usage: Usage) -> None:
        """Count what an answer cost, whether or not it can be used."""
        ...


class Unmetered:
    """Counts nothing and allows everything."""

    def before(self, max_tokens: int) -> None:
        """Allow it."""

    def after(self, usage: Usage) -> None:
        """Forget it."""


UNMETERED: Final = Unmetered()


@dataclass(frozen=True, slots=True)
class Request:
    """One question to one model. `shared` is the same for all slots of a run (and is cached by the provider).

    `feedback` says what was wrong with the answer before; `max_tokens` bounds the answer.
    """

    slot: str
    model: str
    system: str
    shared: str
    task: str
    schema: type[BaseModel]
    feedback: tuple[str, ...] = ()
    max_tokens: int = 4_000
    meter: Meter = field(default=UNMETERED, repr=False, compare=False)

    @property
    def messages(self) -> tuple[str, ...]:
        """The texts that are sent, in order: instructions, shared context, the task with its feedback."""
        told = ""
        if self.feedback:
            points = "\n".join(f"- {one}" for one in self.feedback)
            told = f"\n\nYour last answer could not be used:\n{points}\nAnswer again, with that mended."
        return self.system, self.shared, self.task + told


@dataclass(frozen=True, slots=True)
class Answer:
    """Data that fits the schema, and what it cost."""

    data: BaseModel
    model: str
    usage: Usage


class Unavailable(Exception):  # noqa: N818 - a state of the world, not of the program
    """Nobody can be asked: no key, a wrong one, no route to the provider, no money. The rest of the run asks nobody."""


class NoAnswer(Exception):  # noqa: N818 - as above
    """This question got no usable answer; `usage` is what it cost. `feedback` is set when asking again may help.

    `answered` tells that the model did answer: then the same question gets no better answer tomorrow.
    """

    def __init__(
        self, reason: str, *, usage: Usage = NOTHING, feedback: tuple[str, ...] = (), answered: bool = False
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.usage = usage
        self.feedback = feedback
        self.answered = answered


class Asker(Protocol):
    """Something that can be asked: a provider, or a stand-in."""

    async def ask(self, request: Request) -> Answer:
        """Put one question.

        Raises:
            Unavailable: asking on is pointless.
            NoAnswer: this question got no usable answer.
        """
        ...


@runtime_checkable
class AsksMany(Protocol):
    """An asker that can put many questions at once for less money."""

    async def ask_many(self, requests: Sequence[Request]) -> dict[str, Answer | NoAnswer]:
        """Put the questions, at most one per slot; gives answers by slot. What is missing must be asked singly.

        Raises:
            Unavailable: asking on is pointless.
        """
        ...


@runtime_checkable
class Connects(Protocol):
    """An asker with connections, which belong to the event loop of one run."""

    def connect(self, model: str) -> None:
        """Get ready to ask a model; it may take seconds once, which are not those of the question.

        Raises:
            Unavailable: it cannot be asked.
        """
        ...

    async def aclose(self) -> None:
        """Close the connections; the asker can be used again."""
        ...


def schema_of(model: type[BaseModel]) -> dict[str, Any]:
    """Give the JSON Schema of a model."""
    return model.model_json_schema()
