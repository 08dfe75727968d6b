"""A run goes on after the death of the process that drove it."""

import asyncio
import signal
import sys
from pathlib import Path

from sqlalchemy import select

from app.workflows.records import RunStatus, WorkflowRunRow
from tests.workflows.conftest import OnBench
from tests.workflows.crashing import logging_pipeline


async def test_a_killed_run_is_finished_and_repeats_no_step_that_was_done(
    on_bench: OnBench, database_url: str, tmp_path: Path
) -> None:
    log = tmp_path / "steps"
    command = (sys.executable, "-m", "tests.workflows.crashing", database_url, str(log))
    process = await asyncio.create_subprocess_exec(*command)
    assert await process.wait() == -signal.SIGKILL
    assert sorted(log.read_text().split()) == ["join", "left", "right"]

    async with on_bench(logging_pipeline(log, deadly=False)) as bench:
        async with bench.database.session(read_only=True) as session:
            interrupted = (await session.scalars(select(WorkflowRunRow))).one()
        assert interrupted.status == RunStatus.RUNNING
        await asyncio.sleep(0.6)  # until the lease of the dead process has run out
        await bench.work()
        run = await bench.row(interrupted.id)
    assert (run.status, run.output, run.attempts) == (RunStatus.SUCCEEDED, {"join": 5, "last": 100}, 2)
    assert sorted(log.read_text().split()) == ["join", "join", "last", "left", "right"]
