"""One run of a pipeline: its steps in order, side by side where they can be, each stored when it is done."""

import asyncio
import json
import logging
from collections.abc import Callable
from time import perf_counter
from typing import Any, Literal

from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from app.core.database import Database
from app.utilities.errors import RetryPolicy, TransientError, retry
from app.workflows import state
from app.workflows.context import RunContext
from app.workflows.errors import StateConflictError, WorkflowFailedError, describe, is_permanent
from app.workflows.pipeline import Pipeline, RunData, Step
from app.workflows.state import RunState, StepRecord

Outcome = Literal["succeeded", "failed", "skipped", "blocked"]

logger = logging.getLogger(__name__)


class _AttemptFailedError(TransientError):
    """An attempt failed in a way that the next one may not."""


class Execution:
    """Brings a run from where it stands to its end. Steps that have succeeded before are not done again."""

    def __init__(
        self,
        pipeline: Pipeline[Any],
        run_state: RunState,
        database: Database,
        context: Callable[[str], RunContext],
        policy: RetryPolicy,
    ) -> None:
        self._pipeline = pipeline
        self._state = run_state
        self._database = database
        self._context = context
        self._policy = policy
        self._saving = asyncio.Lock()
        run_input = pipeline.input_type.model_validate_json(json.dumps(run_state.input))
        self._data: RunData[Any] = pipeline.run_type(run_input)

    @property
    def state(self) -> RunState:
        """The run as it was last stored."""
        return self._state

    async def run(self) -> dict[str, Any]:
        """Do what is left to do and return the output as JSON.

        A failed step blocks those that need it; the others are still done, so that a resumed run finds them done.
        Raises `WorkflowFailedError` then, and `StateConflictError` when someone else took over or cancelled the run.
        """
        tasks: dict[str, asyncio.Task[Outcome]] = {}
        try:
            async with asyncio.TaskGroup() as group:
                for step in self._pipeline.steps:
                    before = [tasks[name] for name in step.needs]
                    tasks[step.name] = group.create_task(self._step(step, before), name=step.name)
        except* StateConflictError as conflicts:
            raise StateConflictError(f"The run {self._state.id} was changed by someone else.") from conflicts
        errors = {name: str(record.error) for name, record in self._state.steps.items() if record.status == "failed"}
        if errors:
            raise WorkflowFailedError(self._pipeline.name, errors)
        output: dict[str, Any] = to_jsonable_python(self._pipeline.output(self._data))
        return output

    async def _step(self, step: Step[Any], before: list[asyncio.Task[Outcome]]) -> Outcome:
        outcomes = {task.get_name(): await task for task in before}
        known = self._state.steps.get(step.name)
        if known is not None and known.status != "failed":
            return self._restore(step, known)
        if {"failed", "blocked"} & set(outcomes.values()):
            return "blocked"
        record, result = await self._do(step, outcomes)
        if result is not None:
            setattr(self._data, step.name, result)
        await self._save(step, record)
        return record.status

    def _restore(self, step: Step[Any], record: StepRecord) -> Outcome:
        if record.status == "succeeded":
            result_type = self._pipeline.result_types[step.name]
            setattr(self._data, step.name, result_type.model_validate_json(json.dumps(record.result)))
        return record.status

    async def _do(self, step: Step[Any], outcomes: dict[str, Outcome]) -> tuple[StepRecord, BaseModel | None]:
        started = perf_counter()
        attempts = 0

        async def attempt() -> BaseModel:
            nonlocal attempts
            attempts += 1
            return await self._attempt(step)

        try:
            if self._is_skipped(step, outcomes):
                return StepRecord(status="skipped"), None
            result = await retry(attempt, self._policy_of(step), name=f"{self._pipeline.name}.{step.name}")
        except Exception as error:
            logger.exception("a step failed", extra={"workflow": self._pipeline.name, "step": step.name})
            reason = str(error) if isinstance(error, _AttemptFailedError) else describe(error)
            record = StepRecord(status="failed", attempts=attempts, duration_ms=_elapsed(started), error=reason)
            return record, None
        stored = result.model_dump(mode="json")
        return StepRecord(status="succeeded", attempts=attempts, duration_ms=_elapsed(started), result=stored), result

    async def _attempt(self, step: Step[Any]) -> BaseModel:
        try:
            async with asyncio.timeout(step.timeout_seconds):
                return await step.function(self._context(step.name), self._data)
        except Exception as error:
            if is_permanent(error):
                raise
            raise _AttemptFailedError(describe(error)) from error

    def _is_skipped(self, step: Step[Any], outcomes: dict[str, Outcome]) -> bool:
        skipped = {name for name, outcome in outcomes.items() if outcome == "skipped"}
        if skipped & set(step.reads) or (outcomes and skipped == set(outcomes)):
            return True
        return step.when is not None and not step.when(self._data)

    def _policy_of(self, step: Step[Any]) -> RetryPolicy:
        return RetryPolicy(step.attempts, self._policy.base_seconds, self._policy.max_seconds, (_AttemptFailedError,))

    async def _save(self, step: Step[Any], record: StepRecord) -> None:
        # One at a time: each change starts from the version that the one before it left.
        async with self._saving, self._database.session() as session:
            self._state = await state.save_step(session, self._state, step.name, record)


def _elapsed(started: float) -> int:
    return round((perf_counter() - started) * 1000)
