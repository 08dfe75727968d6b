"""What asking costs: tokens, and USD by the prices in `prices.json`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one or more requests, as the provider counts them; `input` is without what the cache gave or took."""

    input: int = 0
    output: int = 0
    cache_write: int = 0
    cache_read: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.input + other.input,
            self.output + other.output,
            self.cache_write + other.cache_write,
            self.cache_read + other.cache_read,
        )

    @property
    def total(self) -> int:
        """All tokens."""
        return self.input + self.output + self.cache_write + self.cache_read


NOTHING = Usage()


@cache
def prices() -> dict[str, Any]:
    """Give the price list, with its `date`."""
    data: dict[str, Any] = json.loads(files("scaffolder_fills").joinpath("prices.json").read_text(encoding="utf-8"))
    return data


def usd(model: str, usage: Usage, *, batch: bool = False) -> float | None:
    """Give the price in USD; `None` for a model that is not in the list."""
    listed = prices()["models"].get(model.rpartition("/")[2])
    if listed is None:
        return None
    tokens = {"input": usage.input, "output": usage.output, "cache_write": usage.cache_write,
              "cache_read": usage.cache_read}  # fmt: skip
    full = sum(count * float(listed[name]) for name, count in tokens.items()) / 1_000_000
    return full * float(prices()["batch"]) if batch else full


def most(model: str, characters: int, max_tokens: int) -> float | None:
    """Give the most that one request can cost: no token is shorter than a character of what is sent."""
    return usd(model, Usage(cache_write=characters, output=max_tokens))
