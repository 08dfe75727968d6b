"""A pipeline whose steps do what a test tells them to: `left` and `right`, then `join`, then `last`."""

from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import BaseModel

from app.workflows import nodes
from app.workflows.context import RunContext
from app.workflows.pipeline import Pipeline, RunData, Step

Behaviour = Callable[["ToyRun"], Awaitable[None]]


class Number(BaseModel):
    value: int


class ToyRun(RunData[Number]):
    left: Number
    right: Number
    join: Number
    last: Number


async def nothing(_run: ToyRun) -> None:
    """Succeed at once."""


def toy_pipeline(
    *,
    left: Behaviour = nothing,
    right: Behaviour = nothing,
    join: Behaviour = nothing,
    last: Behaviour = nothing,
    join_reads: tuple[str, ...] = ("left", "right"),
    last_reads: tuple[str, ...] = ("join",),
    left_when: Callable[[ToyRun], bool] | None = None,
    right_when: Callable[[ToyRun], bool] | None = None,
    attempts: int = 1,
    timeout_seconds: float | None = None,
) -> Pipeline[ToyRun]:
    """Return a pipeline that adds numbers; `left` may be tried again, and has the time limit."""

    async def do_left(_context: RunContext, run: ToyRun) -> Number:
        await left(run)
        return Number(value=run.input.value + 1)

    async def do_right(_context: RunContext, run: ToyRun) -> Number:
        await right(run)
        return Number(value=run.input.value + 2)

    async def do_join(_context: RunContext, run: ToyRun) -> Number:
        await join(run)
        return Number(value=sum(getattr(run, name).value for name in join_reads))

    async def do_last(_context: RunContext, run: ToyRun) -> Number:
        await last(run)
        return Number(value=100)

    def output(run: ToyRun) -> dict[str, Any]:
        return {
            "join": run.join.value if nodes.done(run, "join") else None,
            "last": run.last.value if nodes.done(run, "last") else None,
        }

    return Pipeline(
        name="toy",
        description="Add numbers.",
        input_type=Number,
        run_type=ToyRun,
        steps=(
            Step("left", do_left, when=left_when, attempts=attempts, timeout_seconds=timeout_seconds),
            Step("right", do_right, when=right_when),
            Step("join", do_join, needs=("left", "right"), reads=join_reads),
            Step("last", do_last, needs=("join",), reads=last_reads),
        ),
        output=output,
    )


class Counted:
    """A behaviour that counts how often it is asked for, and fails as long as `errors` lasts."""

    def __init__(self, *errors: Exception) -> None:
        self.calls = 0
        self._errors = list(errors)

    async def __call__(self, _run: ToyRun) -> None:
        self.calls += 1
        if self._errors:
            raise self._errors.pop(0)
