"""What becomes of a slot: the outcome that is reported, and the attempt on the way to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from scaffolder_fills.cost import NOTHING, Usage, usd
from scaffolder_fills.prompt import Job

State = Literal["filled", "replayed", "static", "failed", "edited"]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened on the way: which model was asked, and what became of its answer."""

    model: str
    result: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a slot; `reason` says why it is static or failed, `steps` how it came to that."""

    slot: str
    path: str
    kind: str
    state: State
    reason: str = ""
    model: str = ""
    usage: Usage = NOTHING
    usd: float | None = 0.0
    seconds: float = 0.0
    steps: tuple[Step, ...] = ()


class Attempt:
    """What has happened with one slot so far."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.cycles = 0
        self.state: State = "failed"
        self.reason = "it needs a person: no answer could be used"
        self.text = ""
        self.model = ""
        self.was_judged = False
        self.usages: list[tuple[str, Usage, bool]] = []
        self.steps: list[Step] = []

    @property
    def usage(self) -> Usage:
        """The tokens of all questions."""
        return sum((usage for _, usage, _ in self.usages), Usage())

    def pay(self, model: str, usage: Usage, *, batch: bool = False) -> None:
        """Remember what a question cost."""
        self.usages.append((model, usage, batch))

    def note(self, model: str, result: str) -> None:
        """Remember a step; the last one is the reason when the slot stays as it is."""
        self.steps.append(Step(model, result))
        self.reason = f"it needs a person: {result}"

    def cost(self) -> float | None:
        """Give the price of all questions in USD; `None` if a price is not known."""
        costs = [usd(model, usage, batch=batch) for model, usage, batch in self.usages]
        return None if None in costs else sum(cost for cost in costs if cost is not None)
