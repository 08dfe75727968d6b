"""What handlers get, and what the queue knows about them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt to hand a message to its recipient; `attempt` starts at 1.

    The same message may arrive again after a crash: a handler must be idempotent by `id`.
    """

    id: UUID
    topic: str
    sender: str | None
    recipient: str
    payload: dict[str, Any]
    attempt: int


Handler = Callable[[Delivery], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Subscription:
    """Who handles the messages of one recipient.

    `topics` are the broadcasts that it also gets; `on_dead` is told about a message that is given up.
    """

    handler: Handler
    topics: frozenset[str] = frozenset()
    on_dead: Handler | None = None
