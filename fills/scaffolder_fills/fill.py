"""Filling slots: ask, guard, check, keep, or leave the static text; and replaying what was kept before."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, nullcontext
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Final, TypeAlias

from scaffolder_fills.budget import Budget, Purse
from scaffolder_fills.guard import Rejected, guard
from scaffolder_fills.kinds import Kind, load
from scaffolder_fills.ladder import ladder_of
from scaffolder_fills.lock import Entry
from scaffolder_fills.outcome import Attempt, Outcome, State, Step
from scaffolder_fills.prompt import Job, digest_of_job, request_for
from scaffolder_fills.request import Answer, Asker, AsksMany, Connects, NoAnswer, Request, Unavailable
from scaffolder_fills.slot import find_slots, with_text

__all__ = [
    "Check", "Filled", "OnOutcome", "Outcome", "Prove", "Settings", "State", "Step", "Tidy", "fill_slots", "is_current",
    "replay", "waiting",
]  # fmt: skip

MOST_CYCLES: Final = 5
"""Questions about one slot, over all models: the first, and what is refined after it."""
MOST_COMPLAINTS: Final = 8
"""Complaints that a model is shown at once."""

Check: TypeAlias = Callable[[str, str], Sequence[str]]
"""Gets a path and the whole text of the file with a fill; gives what is wrong with it, in words for a model."""
Tidy: TypeAlias = Callable[[str, str], str]
"""Gets a path and the whole text of a file; gives it formatted."""
Prove: TypeAlias = Callable[["Job", Mapping[str, str]], Awaitable[Sequence[str]]]
"""Runs the tests of a slot on all files as they are with its fill; gives what fails, in words for a model."""


OnOutcome: TypeAlias = Callable[[Outcome], None]


@dataclass(frozen=True, slots=True)
class Settings:
    """How a run asks. `budget` is in USD; `locked` refuses to ask; `redo` asks also for what is locked already.

    `timeout` bounds one question, in seconds, with all its retries. `batch` puts the first questions about all slots at
    once, at half the price and without that limit, where the asker can do so (`AsksMany`). `unasked` says why there is
    nobody to ask, where that is so. `date` is written into the lock.
    """

    ladders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    concurrency: int = 4
    budget: float | None = None
    timeout: float = 120.0
    batch: bool = False
    unasked: str = "no language model was asked"
    redo: bool = False
    locked: bool = False
    date: str = ""


@dataclass(slots=True)
class Filled:
    """The result of a run, complete even when it was interrupted: new texts of files, entries of the lock, outcomes."""

    files: dict[str, str]
    entries: dict[str, Entry] = field(default_factory=dict)
    outcomes: list[Outcome] = field(default_factory=list)


async def fill_slots(  # noqa: PLR0913 - each is a part of the run that only the caller knows
    jobs: Sequence[Job],
    files: Mapping[str, str],
    shared: str,
    *,
    asker: Asker | None,
    check: Check,
    entries: Mapping[str, Entry],
    settings: Settings = Settings(),
    tidy: Tidy = lambda _, text: text,
    prove: Prove | None = None,
    on_outcome: OnOutcome = lambda _: None,
    into: Filled | None = None,
) -> Filled:
    """Fill the slots of `jobs` in `files` (path to whole text), replaying from `entries` where nothing changed.

    In `files` each of the slots has its static text. A fill is put in, tidied, checked, and then proved, one at a time.

    Without an `asker` nothing is asked: what is locked is replayed, the rest stays static. What is accepted goes into
    `into` at once, so that an interruption keeps it.

    Raises:
        asyncio.CancelledError: the run was interrupted.
    """
    done = into or Filled({})
    done.files.update(files)
    run = _Run(shared, asker, check, tidy, prove, entries, settings, on_outcome, done)
    for job in jobs:
        run.kinds.setdefault(job.kind, load(job.kind))
    pending = [job for job in jobs if not run.replay(job)]
    limit = asyncio.Semaphore(max(1, settings.concurrency))

    async def one(job: Job) -> None:
        async with limit:
            await run.fill(job)

    async with AsyncExitStack() as stack:
        if run.connects is not None:
            stack.push_async_callback(run.connects.aclose)
        if settings.batch and pending:
            await run.ask_early(pending)
        async with asyncio.TaskGroup() as group:
            for job in pending:
                group.create_task(one(job))
    run.done.outcomes.sort(key=lambda outcome: outcome.slot)
    return run.done


class _Run:
    """One run over many slots: what they share."""

    def __init__(  # noqa: PLR0913, PLR0917 - private, and made in one place
        self,
        shared: str,
        asker: Asker | None,
        check: Check,
        tidy: Tidy,
        prove: Prove | None,
        entries: Mapping[str, Entry],
        settings: Settings,
        on_outcome: OnOutcome,
        done: Filled,
    ) -> None:
        self._shared = shared
        self._asker = asker
        given: object = asker
        self.connects = given if isinstance(given, Connects) else None
        self._check = check
        self._tidy = tidy
        self._prove = prove
        self._proving = asyncio.Lock()
        self._entries = entries
        self._settings = settings
        self._on_outcome = on_outcome
        self._stopped = "" if asker is not None else settings.unasked
        if settings.locked:
            self._stopped = "it would have to be asked for, and --locked forbids that"
        self._budget = Budget(settings.budget)
        self._early: dict[str, Answer | NoAnswer] = {}
        self.kinds: dict[str, Kind] = {}
        self.done = done

    def replay(self, job: Job) -> bool:
        """Put a locked fill into its slot, if it was made of the same; it passes the same checks again."""
        entry = self._entries.get(job.slot)
        asking = self._asker is not None or self._settings.locked
        if entry is None or not is_current(entry, job, self._shared, self._settings, asking=asking):
            return False
        if entry.state == "failed":
            self._finish(job, Outcome(job.slot, job.place.path, job.kind, "failed", entry.reason), entry)
            return True
        try:
            complaints = self._put(job, entry.text)
        except Rejected as error:
            complaints = (str(error),)
        if complaints:
            reason = f"the locked fill does not pass its checks any more: {complaints[0]}"
            self._finish(job, Outcome(job.slot, job.place.path, job.kind, "static", reason))
        else:
            self._finish(job, Outcome(job.slot, job.place.path, job.kind, "replayed", model=entry.model), entry)
        return True

    async def fill(self, job: Job) -> None:
        """Ask for one slot, model by model, until an answer is kept or none is left."""
        started = perf_counter()
        if self._stopped:
            self._finish(job, Outcome(job.slot, job.place.path, job.kind, "static", self._stopped))
            return
        attempt = Attempt(job)
        try:
            await self._climb(attempt)
        except Unavailable as error:
            self._stopped = self._stopped or str(error)
            attempt.reason = self._stopped
            attempt.state = "static"
        cost = attempt.cost()
        outcome = Outcome(
            job.slot, job.place.path, job.kind, attempt.state, attempt.reason, attempt.model, attempt.usage, cost,
            perf_counter() - started, tuple(attempt.steps),
        )  # fmt: skip
        self._finish(job, outcome, self._entry(job, attempt))

    async def _climb(self, attempt: Attempt) -> None:
        """Ask each model of the ladder, and again with the findings; the last complaint is the reason when all fail."""
        job = attempt.job
        for rung, model in enumerate(self._ladder(job)):
            feedback: tuple[str, ...] = ()
            for _ in range(2):
                if attempt.cycles >= MOST_CYCLES:
                    return
                attempt.cycles += 1
                complaints = await self._once(attempt, model, feedback, simpler=rung > 0)
                if complaints is None:
                    return
                if not complaints:
                    break  # asking this model again would not help
                feedback = complaints

    async def _once(
        self, attempt: Attempt, model: str, feedback: tuple[str, ...], *, simpler: bool
    ) -> tuple[str, ...] | None:
        """Ask once. Gives `None` when the answer was kept, or what the model can be told about it."""
        job = attempt.job
        kind = self.kinds[job.kind]
        try:
            answer = await self._ask(attempt, kind, model, feedback, simpler=simpler)
        except NoAnswer as error:
            attempt.note(model, error.reason)
            # Of the last question: a provider that is down at the end may answer the same one tomorrow.
            attempt.was_judged = error.answered or bool(error.feedback)
            return error.feedback[:MOST_COMPLAINTS]
        try:
            text, complaints = await self._try(job, kind.write(answer.data, job.place))
        except (Rejected, ValueError) as error:
            complaints = (str(error),)
        if complaints:
            attempt.note(model, f"refused: {complaints[0]}")
            attempt.was_judged = True
            return complaints[:MOST_COMPLAINTS]
        attempt.note(model, "kept")
        attempt.state, attempt.reason, attempt.text, attempt.model = "filled", "", text, answer.model
        return None

    async def _ask(
        self, attempt: Attempt, kind: Kind, model: str, feedback: tuple[str, ...], *, simpler: bool
    ) -> Answer:
        if self._stopped or self._asker is None:
            raise Unavailable(self._stopped)
        if (early := self._early.pop(attempt.job.slot, None)) is not None:
            attempt.pay(model, early.usage, batch=True)
            if isinstance(early, NoAnswer):
                raise early
            return early
        if self.connects is not None:
            self.connects.connect(model)
        request = request_for(attempt.job, kind, self._shared, model, feedback=feedback, simpler=simpler)
        async with self._budget.purse(request) as purse:
            try:
                return await self._ask_in_time(request, purse)
            finally:
                attempt.pay(model, purse.used)

    async def _ask_in_time(self, request: Request, purse: Purse) -> Answer:
        assert self._asker is not None  # noqa: S101 - for the type checker; nothing is asked without one
        try:
            async with asyncio.timeout(self._settings.timeout):
                answer = await self._asker.ask(replace(request, meter=purse))
        except TimeoutError:
            purse.lose()
            raise NoAnswer(f"no answer within {self._settings.timeout:g} s") from None
        except NoAnswer as error:
            purse.settle(error.usage)
            raise
        purse.settle(answer.usage)
        return answer

    async def ask_early(self, jobs: Sequence[Job]) -> None:
        """Put the first question about each job at once, as far as the budget goes; the rest is asked singly later."""
        asker: object = self._asker
        if self._stopped or not isinstance(asker, AsksMany):
            return
        async with AsyncExitStack() as purses:
            requests: list[Request] = []
            try:
                for job in jobs:
                    request = request_for(job, self.kinds[job.kind], self._shared, self._ladder(job)[0])
                    if not self._budget.has_room(request, batch=True):
                        break
                    purse = await purses.enter_async_context(self._budget.purse(request, batch=True))
                    requests.append(replace(request, meter=purse))
                self._early = await asker.ask_many(requests)
            except Unavailable as error:
                self._stopped = str(error)

    async def _try(self, job: Job, text: str) -> tuple[str, tuple[str, ...]]:
        """Tidy, check and prove a new fill; gives its text as it stands in the file, and what is wrong with it."""
        path, slot = job.place.path, job.slot
        tidied = self._tidy(path, guard(path, self.done.files[path], slot, text, job.kind))
        text = next(one.text for one in find_slots(tidied, path) if one.id == slot)
        # One fill is on trial at a time, so that no other one is blamed for it.
        async with self._proving if self._prove is not None else nullcontext():
            before = next(one.text for one in find_slots(self.done.files[path], path) if one.id == slot)
            complaints = self._put(job, text)
            if not complaints and self._prove is not None:
                kept = False
                try:
                    complaints = await self._prove(job, self.done.files)
                    kept = not complaints
                finally:
                    if not kept:  # also when the run is interrupted while the tests run
                        self.done.files[path] = with_text(path, self.done.files[path], slot, before)
        return text, tuple(complaints)

    def _put(self, job: Job, text: str) -> Sequence[str]:
        """Put a text into the file as it stands now, and keep it if nobody complains. Nothing else runs meanwhile."""
        path = job.place.path
        after = guard(path, self.done.files[path], job.slot, text, job.kind)
        complaints = self._check(path, after)
        if not complaints:
            self.done.files[path] = after
        return complaints

    def _finish(self, job: Job, outcome: Outcome, entry: Entry | None = None) -> None:
        if entry is not None:
            self.done.entries[job.slot] = entry
        self.done.outcomes.append(outcome)
        self._on_outcome(outcome)

    def _entry(self, job: Job, attempt: Attempt) -> Entry | None:
        """Lock what was kept, and what was judged and found wanting: the same question gets no better answer.

        A provider that did not answer says nothing about the slot, so that is not locked.
        """
        if attempt.state == "static" or (attempt.state == "failed" and not attempt.was_judged):
            return None
        return Entry(
            job.slot, job.place.path, job.kind, digest_of_job(job, self.kinds[job.kind], self._shared),
            self._ladder(job), "filled" if attempt.state == "filled" else "failed", attempt.text, attempt.model,
            attempt.reason, attempt.usage, self._settings.date,
        )  # fmt: skip

    def _ladder(self, job: Job) -> tuple[str, ...]:
        return ladder_of(job.kind, self._settings.ladders)


def is_current(entry: Entry, job: Job, shared: str, settings: Settings, *, asking: bool) -> bool:
    """Tell whether a locked fill was made of what the job is made of now; `asking` counts the models among it."""
    if settings.redo or entry.digest != digest_of_job(job, load(job.kind), shared):
        return False
    return not asking or entry.ladder == ladder_of(job.kind, settings.ladders)


def waiting(jobs: Sequence[Job], shared: str, entries: Mapping[str, Entry], settings: Settings) -> list[Job]:
    """Give the jobs that would have to be asked for."""
    locked = (job for job in jobs if job.slot in entries)
    done = {job.slot for job in locked if is_current(entries[job.slot], job, shared, settings, asking=True)}
    return [job for job in jobs if job.slot not in done]


def replay(
    jobs: Iterable[Job], files: Mapping[str, str], shared: str, *, check: Check, entries: Mapping[str, Entry]
) -> Filled:
    """Put locked fills into their slots, and ask nobody."""
    settings = Settings(unasked="it was filled for something else than this; `scaffolder fill` asks again")
    run = fill_slots(list(jobs), files, shared, asker=None, check=check, entries=entries, settings=settings)
    return asyncio.run(run)
