"""What happens during a run, as typed values: for the CLI, a log file or a web page to follow.

Stages call `on_event` and never print. Events are notices, not results: everything that matters afterwards is in the
`Report` too, so a listener may drop any of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

Stage: TypeAlias = Literal["spec", "contract", "plan", "render", "fill", "merge", "validate", "write"]


@dataclass(frozen=True, slots=True)
class StageStarted:
    """A stage of the pipeline begins."""

    stage: Stage


@dataclass(frozen=True, slots=True)
class StageFinished:
    """A stage of the pipeline ended well after `seconds`."""

    stage: Stage
    seconds: float


@dataclass(frozen=True, slots=True)
class BlueprintStarted:
    """A blueprint begins to render; it is the `index`-th (from 1) of `total`, in phase `phase` (from 1)."""

    blueprint: str
    phase: int
    index: int
    total: int


@dataclass(frozen=True, slots=True)
class BlueprintFinished:
    """A blueprint gave `files` files of `size` bytes in all after `seconds`."""

    blueprint: str
    files: int
    size: int
    seconds: float


@dataclass(frozen=True, slots=True)
class BlueprintFailed:
    """A blueprint gave nothing; `messages` say why, one line each."""

    blueprint: str
    messages: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class SlotFinished:
    """A slot got its `state` (filled, replayed, static, failed, edited), as the `index`-th (from 1) of `total`.

    `reason` says why it is static, failed or edited; `tokens` are those of all questions about it.
    """

    slot: str
    state: str
    reason: str
    model: str
    tokens: int
    seconds: float
    index: int
    total: int


@dataclass(frozen=True, slots=True)
class Recovered:
    """A run that was killed earlier was finished (`action` "completed") or undone ("rolled back") first.

    `kept` are files that somebody edited since: they stay, and the new ones are beside them.
    """

    destination: str
    action: str
    kept: tuple[str, ...] = ()


Event: TypeAlias = (
    StageStarted | StageFinished | BlueprintStarted | BlueprintFinished | BlueprintFailed | SlotFinished | Recovered
)
OnEvent: TypeAlias = Callable[[Event], None]


def ignore(event: Event) -> None:
    """The listener for callers that want none."""
    del event
