"""Transitions of a run, and two writers at once."""

from itertools import product

import pytest

from app.core.errors import ConflictError
from app.workflows import state
from app.workflows.errors import StateConflictError
from app.workflows.records import RunStatus
from tests.workflows.conftest import OnBench
from tests.workflows.toys import Number, toy_pipeline


def test_a_run_that_succeeded_or_was_cancelled_stays_so() -> None:
    assert not state.TRANSITIONS[RunStatus.SUCCEEDED]
    assert not state.TRANSITIONS[RunStatus.CANCELLED]
    assert set(state.TRANSITIONS) == set(RunStatus)


ILLEGAL = [pair for pair in product(RunStatus, RunStatus) if pair[1] not in state.TRANSITIONS[pair[0]]]


@pytest.mark.parametrize(("present", "wanted"), ILLEGAL)
async def test_other_transitions_are_refused(on_bench: OnBench, present: RunStatus, wanted: RunStatus) -> None:
    pipeline = toy_pipeline()
    async with on_bench(pipeline) as bench:
        run_id = await bench.start(pipeline, Number(value=1))
        async with bench.database.session() as session:
            run = await state.load(session, run_id)
            for status in _way_to(present):
                run = await state.transition(session, run, status)
            with pytest.raises(ConflictError, match=f"The run is {present}; it cannot become {wanted}"):
                await state.transition(session, run, wanted)


def _way_to(status: RunStatus) -> list[RunStatus]:
    ways = {
        RunStatus.PENDING: [],
        RunStatus.RUNNING: [RunStatus.RUNNING],
        RunStatus.CANCELLED: [RunStatus.CANCELLED],
    }
    return ways.get(status, [RunStatus.RUNNING, status])


async def test_the_slower_of_two_writers_changes_nothing(on_bench: OnBench) -> None:
    pipeline = toy_pipeline()
    async with on_bench(pipeline) as bench:
        run_id = await bench.start(pipeline, Number(value=1))
        async with bench.database.session() as session:
            seen = await state.load(session, run_id)
            await state.transition(session, seen, RunStatus.RUNNING)
        async with bench.database.session() as session:
            with pytest.raises(StateConflictError, match="changed by someone else"):
                await state.save_step(session, seen, "left", state.StepRecord(status="succeeded"))
        assert await bench.steps(run_id) == {}


async def test_a_run_that_was_taken_over_is_left_to_the_other(on_bench: OnBench) -> None:
    pipeline = toy_pipeline()
    async with on_bench(pipeline) as bench:
        run_id = await bench.start(pipeline, Number(value=1))
        async with bench.database.session() as session:
            first = await state.transition(session, await state.load(session, run_id), RunStatus.RUNNING)
            second = await state.transition(session, first, RunStatus.RUNNING, attempts=2)
            await state.save_step(session, second, "left", state.StepRecord(status="succeeded"))
            with pytest.raises(StateConflictError):
                await state.save_step(session, first, "left", state.StepRecord(status="failed"))
        assert (await bench.steps(run_id))["left"].status == "succeeded"
