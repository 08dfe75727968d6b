"""What a run may spend: each HTTP request is sent only while it fits, so that at most one can go beyond the budget."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from scaffolder_fills.cost import NOTHING, Usage, most, prices, usd
from scaffolder_fills.request import NoAnswer, Request, Unavailable, schema_of

_WORDS = 1_000
"""Characters that a client may add to a request, beside the schema (once in words, once as data)."""


class Budget:
    """The money of a run, in USD; with a `limit` of `None` there is no end of it, and it is only counted."""

    def __init__(self, limit: float | None) -> None:
        self.limit = limit
        self.spent = 0.0
        self.open: set[Purse] = set()
        self._changed = asyncio.Condition()

    @property
    def reserved(self) -> float:
        """What is set aside; exactly 0 when nothing is, which a running sum of floats would not be."""
        return sum(purse.reserved for purse in self.open)

    def has_room(self, request: Request, *, batch: bool = False) -> bool:
        """Tell whether `purse` would not wait."""
        return Purse(self, request, batch=batch).may_open()

    @asynccontextmanager
    async def purse(self, request: Request, *, batch: bool = False) -> AsyncIterator[Purse]:
        """Set aside what a request may cost at most; waits while others hold what it would need.

        Raises:
            Unavailable: the budget is spent, or the price is not known.
        """
        purse = Purse(self, request, batch=batch)
        async with self._changed:
            await self._changed.wait_for(purse.may_open)
            purse.open()
        try:
            yield purse
        finally:
            purse.close()
            async with self._changed:
                self._changed.notify_all()


class Purse:
    """What is set aside for one question, and what it has used; the `Meter` of its request."""

    def __init__(self, budget: Budget, request: Request, *, batch: bool = False) -> None:
        self.used: Usage = NOTHING
        self._budget = budget
        self._model = request.model
        self._max_tokens = request.max_tokens
        self._characters = sum(map(len, request.messages)) + 2 * len(str(schema_of(request.schema))) + _WORDS
        self.reserved = 0.0
        self._batch = batch

    def may_open(self) -> bool:
        """Tell whether nothing stands against the request, or nothing will ever speak for it."""
        limit, others = self._budget.limit, self._budget.reserved
        if limit is None or self._budget.spent >= limit:
            return True
        return not self._budget.open or self._budget.spent + others + self._most(self._max_tokens) <= limit

    def open(self) -> None:
        """Set the money aside.

        Raises:
            Unavailable: there is none, or the price is not known.
        """
        self._ask_for_money()
        self.reserved = self._most(self._max_tokens)
        self._budget.open.add(self)

    def before(self, max_tokens: int) -> None:
        """Let an HTTP request go, the first or another one for the same question, if there is money for it.

        Raises:
            Unavailable: the budget is spent.
            NoAnswer: others hold what it would need.
        """
        self._ask_for_money()
        self.reserved = max(self.reserved, self._most(max_tokens))
        budget = self._budget
        alone = budget.open == {self}
        if budget.limit is not None and not alone and budget.spent + budget.reserved > budget.limit:
            raise NoAnswer("the rest of the budget is set aside for other slots")

    def after(self, usage: Usage) -> None:
        """Count an answer."""
        self.used += usage
        self._budget.spent += usd(self._model, usage, batch=self._batch) or 0.0

    def settle(self, usage: Usage) -> None:
        """Count the whole question, for an asker that does not count its answers."""
        if self.used == NOTHING:
            self.after(usage)

    def lose(self) -> None:
        """Count a request that nobody waits for any more as if it had cost all that it could."""
        self._budget.spent += self.reserved

    def close(self) -> None:
        """Give back what is set aside."""
        self._budget.open.discard(self)

    def _ask_for_money(self) -> None:
        limit = self._budget.limit
        if limit is None:
            return
        if self._budget.spent >= limit:
            raise Unavailable(f"the budget of {limit:g} USD is spent")
        if usd(self._model, NOTHING) is None:
            raise Unavailable(f"the price of {self._model} is not known, so a budget cannot be kept")

    def _most(self, max_tokens: int) -> float:
        # An answer that did not fit is sent along with the question the second time.
        cost = most(self._model, self._characters + max_tokens, max_tokens) or 0.0
        return cost * float(prices()["batch"]) if self._batch else cost
