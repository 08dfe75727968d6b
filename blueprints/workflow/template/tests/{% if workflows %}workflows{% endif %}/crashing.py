"""A process that is killed in the middle of a run: `python -m tests.workflows.crashing URL RUN_LOG`.

Each step notes its name in the log. The one called `join` kills the process.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

from app.workflows.pipeline import Pipeline
from tests.conftest import make_settings
from tests.workflows.building import bench
from tests.workflows.toys import Behaviour, Number, ToyRun, toy_pipeline


def logging_pipeline(log: Path, *, deadly: bool) -> Pipeline[ToyRun]:
    """Return a pipeline whose steps note that they were done."""

    def note(name: str) -> Behaviour:
        async def write(_run: ToyRun) -> None:
            with log.open("a") as file:
                file.write(f"{name}\n")
            if deadly and name == "join":
                os.kill(os.getpid(), signal.SIGKILL)

        return write

    return toy_pipeline(left=note("left"), right=note("right"), join=note("join"), last=note("last"))


async def _main(url: str, log: str) -> None:
    pipeline = logging_pipeline(Path(log), deadly=True)
    async with bench(url, make_settings(url), {pipeline.name: pipeline}, lease_seconds=0.5) as doomed:
        await doomed.run(pipeline, Number(value=1))


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:]))
