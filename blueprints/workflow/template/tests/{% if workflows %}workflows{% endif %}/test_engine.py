"""What the engine does with the steps of a run."""

import asyncio
from uuid import uuid4

import pytest

from app.core.errors import BadRequestError, ConflictError, NotFoundError
from app.workflows.records import RunStatus
from tests.workflows.conftest import OnBench
from tests.workflows.toys import Counted, Number, ToyRun, nothing, toy_pipeline

ONE = Number(value=1)


async def fail(_run: ToyRun) -> None:
    raise BadRequestError("no such luck")


async def sleep(_run: ToyRun) -> None:
    await asyncio.sleep(5)


async def test_steps_run_in_order_and_hand_on_their_results(on_bench: OnBench) -> None:
    pipeline = toy_pipeline()
    async with on_bench(pipeline) as bench:
        run = await bench.run(pipeline, ONE)
        assert (run.status, run.output, run.error) == (RunStatus.SUCCEEDED, {"join": 5, "last": 100}, None)
        assert (run.attempts, run.input) == (1, {"value": 1})
        assert run.started_at is not None
        assert run.finished_at is not None
        steps = await bench.steps(run.id)
        assert {name: step.status for name, step in steps.items()} == dict.fromkeys(steps, "succeeded")
        assert steps["join"].result == {"value": 5}


async def test_steps_that_do_not_need_each_other_run_at_the_same_time(on_bench: OnBench) -> None:
    both_there = asyncio.Barrier(2)

    async def meet(_run: ToyRun) -> None:
        async with asyncio.timeout(5):
            await both_there.wait()

    pipeline = toy_pipeline(left=meet, right=meet)
    async with on_bench(pipeline) as bench:
        assert (await bench.run(pipeline, ONE)).status == RunStatus.SUCCEEDED


async def test_a_step_is_tried_again(on_bench: OnBench) -> None:
    left = Counted(ConnectionError("down"), OSError("still down"))
    pipeline = toy_pipeline(left=left, attempts=3)
    async with on_bench(pipeline) as bench:
        run = await bench.run(pipeline, ONE)
        assert run.status == RunStatus.SUCCEEDED
        assert ((await bench.steps(run.id))["left"].attempts, left.calls) == (3, 3)


async def test_a_step_that_can_only_fail_is_not_tried_again(on_bench: OnBench) -> None:
    left = Counted(BadRequestError("nonsense"))
    pipeline = toy_pipeline(left=left, attempts=3)
    async with on_bench(pipeline) as bench:
        run = await bench.run(pipeline, ONE)
        assert (run.status, run.error, left.calls) == (RunStatus.FAILED, "left: nonsense", 1)


async def test_a_step_that_takes_too_long_is_stopped(on_bench: OnBench) -> None:
    pipeline = toy_pipeline(left=sleep, timeout_seconds=0.05)
    async with on_bench(pipeline) as bench:
        run = await bench.run(pipeline, ONE)
        assert (run.status, run.error) == (RunStatus.FAILED, "left: no answer in time")


async def test_errors_of_others_are_not_quoted(on_bench: OnBench) -> None:
    pipeline = toy_pipeline(left=Counted(RuntimeError("password=hunter2")))
    async with on_bench(pipeline) as bench:
        assert (await bench.run(pipeline, ONE)).error == "left: RuntimeError"


async def test_a_failed_step_blocks_those_that_need_it_and_no_others(on_bench: OnBench) -> None:
    right = Counted()
    pipeline = toy_pipeline(left=fail, right=right)
    async with on_bench(pipeline) as bench:
        run = await bench.run(pipeline, ONE)
        assert (run.status, run.output, right.calls) == (RunStatus.FAILED, None, 1)
        steps = await bench.steps(run.id)
        assert {name: step.status for name, step in steps.items()} == {"left": "failed", "right": "succeeded"}


async def test_a_resumed_run_does_only_what_is_not_done(on_bench: OnBench) -> None:
    left, right = Counted(BadRequestError("not yet")), Counted()
    pipeline = toy_pipeline(left=left, right=right)
    async with on_bench(pipeline) as bench:
        failed = await bench.run(pipeline, ONE)
        await bench.engine.resume(failed.id)
        await bench.work()
        run = await bench.row(failed.id)
        assert (run.status, run.output, run.error) == (RunStatus.SUCCEEDED, {"join": 5, "last": 100}, None)
        assert (left.calls, right.calls, run.attempts) == (2, 1, 2)


async def test_a_condition_that_says_no_skips_what_reads_the_step(on_bench: OnBench) -> None:
    join = Counted()
    pipeline = toy_pipeline(join=join, left_when=lambda run: run.input.value > 1)
    async with on_bench(pipeline) as bench:
        run = await bench.run(pipeline, ONE)
        assert (run.status, run.output, join.calls) == (RunStatus.SUCCEEDED, {"join": None, "last": None}, 0)
        assert {name: step.status for name, step in (await bench.steps(run.id)).items()} == {
            "left": "skipped",
            "right": "succeeded",
            "join": "skipped",
            "last": "skipped",
        }


async def test_a_step_that_only_comes_after_a_skipped_one_runs_if_something_else_led_to_it(on_bench: OnBench) -> None:
    pipeline = toy_pipeline(join_reads=("right",), left_when=lambda _run: False)
    async with on_bench(pipeline) as bench:
        assert (await bench.run(pipeline, ONE)).output == {"join": 3, "last": 100}


async def test_a_step_is_skipped_when_all_before_it_were(on_bench: OnBench) -> None:
    pipeline = toy_pipeline(join_reads=(), last_reads=(), left_when=lambda _run: False, right_when=lambda _run: False)
    async with on_bench(pipeline) as bench:
        assert (await bench.run(pipeline, ONE)).output == {"join": None, "last": None}


async def test_a_run_that_ended_is_not_driven_again(on_bench: OnBench) -> None:
    left = Counted()
    pipeline = toy_pipeline(left=left)
    async with on_bench(pipeline) as bench:
        run = await bench.run(pipeline, ONE)
        async with bench.database.session() as session:
            await bench.queue.send(session, "workflows", "run", {"run_id": str(run.id)})
        await bench.work()
        assert (left.calls, (await bench.row(run.id)).attempts) == (1, 1)


async def test_a_run_can_be_waited_for(on_bench: OnBench) -> None:
    pipeline = toy_pipeline()
    async with on_bench(pipeline) as bench:
        run_id = await bench.start(pipeline, ONE)
        await bench.engine.wait(run_id, 0.01)
        assert (await bench.row(run_id)).status == RunStatus.PENDING
        waiting = asyncio.create_task(bench.engine.wait(run_id, 10))
        await asyncio.sleep(0)
        await bench.work()
        await waiting
        assert (await bench.row(run_id)).status == RunStatus.SUCCEEDED


async def test_a_cancelled_run_does_no_further_steps(on_bench: OnBench) -> None:
    begun, go_on, last = asyncio.Event(), asyncio.Event(), Counted()

    async def pause(_run: ToyRun) -> None:
        begun.set()
        await go_on.wait()

    pipeline = toy_pipeline(join=pause, last=last)
    async with on_bench(pipeline) as bench:
        run_id = await bench.start(pipeline, ONE)
        working = asyncio.create_task(bench.work())
        await begun.wait()
        await bench.engine.cancel(run_id)
        go_on.set()
        await working
        assert ((await bench.row(run_id)).status, last.calls) == (RunStatus.CANCELLED, 0)


async def test_a_pending_run_that_is_cancelled_never_begins(on_bench: OnBench) -> None:
    left = Counted()
    pipeline = toy_pipeline(left=left)
    async with on_bench(pipeline) as bench:
        run_id = await bench.start(pipeline, ONE)
        await bench.engine.cancel(run_id)
        await bench.work()
        assert ((await bench.row(run_id)).status, left.calls) == (RunStatus.CANCELLED, 0)


async def test_only_failed_runs_are_resumed_and_only_open_ones_cancelled(on_bench: OnBench) -> None:
    pipeline = toy_pipeline()
    async with on_bench(pipeline) as bench:
        run = await bench.run(pipeline, ONE)
        with pytest.raises(ConflictError, match="it cannot become pending"):
            await bench.engine.resume(run.id)
        with pytest.raises(ConflictError, match="it cannot become cancelled"):
            await bench.engine.cancel(run.id)
        with pytest.raises(NotFoundError):
            await bench.engine.resume(uuid4())


async def test_a_run_that_cannot_be_driven_is_closed_as_failed(
    on_bench: OnBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def break_down(_run_id: object) -> None:
        raise RuntimeError("the engine is broken")

    pipeline = toy_pipeline(left=nothing)
    async with on_bench(pipeline) as bench:
        monkeypatch.setattr(bench.engine, "_drive", break_down)
        run = await bench.run(pipeline, ONE)
        assert (run.status, run.error) == (RunStatus.FAILED, "The run could not be carried on.")


async def test_an_unknown_workflow_is_not_found(on_bench: OnBench) -> None:
    async with on_bench(toy_pipeline()) as bench, bench.database.session() as session:
        with pytest.raises(NotFoundError, match="no workflow called other"):
            await bench.engine.start(session, "other", ONE)
