"""What the providers of a client share: keys, addresses, limits."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ClientSettings:
    """How models are asked.

    `environ` gives keys and addresses (`ANTHROPIC_API_KEY`, `ANTHROPIC_BASE_URL`, `OPENAI_API_KEY`, `OPENAI_BASE_URL`).
    `effort` is how much a Claude model thinks. `patience` is the longest `retry-after` that is waited for, in seconds,
    `most_bytes` the size of an answer that is still read, `batch_wait` how long a batch may take, in seconds (a day, as
    the provider has it), and `poll` the first and the longest time between two looks at it, in seconds.
    """

    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
    effort: str = "low"
    patience: float = 30.0
    most_bytes: int = 1_000_000
    batch_wait: float = 86_400.0
    poll: tuple[float, float] = (5.0, 60.0)

    def variable(self, name: str) -> str | None:
        """Give a variable of the environment; `None` if it is not set, or empty."""
        return self.environ.get(name, "").strip() or None
