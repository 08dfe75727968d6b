"""Updates a project again and again in child processes, kills them at random instants, and tells what they left.

Run as a program (forking is not safe inside pytest, which has threads): FOLDER COUNT SEED. Prints a JSON list of
`[what the next command said, before it, after it]`, the last two each one of "old", "new", "mixed".
"""

from __future__ import annotations

import ctypes  # noqa: F401 - the children must not spend their time on importing it
import json
import os
import random
import shutil
import signal
import sys
import time
from pathlib import Path

from scaffolder import pipeline
from scaffolder.events import OnEvent, StageStarted, ignore
from scaffolder.input import SpecSource
from scaffolder.pipeline import CopyRequest
from scaffolder.update import UpdateRequest, update
from scaffolder.write import recover
from tests.support.blueprints import snapshot
from tests.support.specs import many_entities

ENDED = os.WEXITED | os.WNOHANG | os.WNOWAIT
OLD, NEW = many_entities(3), many_entities(5).replace("name: big", "name: large")


def spec(text: str) -> SpecSource:
    """A spec in memory."""
    return SpecSource("spec.yml", content=text.encode())


def prepare(folder: Path) -> Path:
    """Make the project, edit it, and give a copy to start from."""
    out = folder / "out"
    pipeline.copy(CopyRequest("agent-backend", out, spec(OLD), validate=False))
    readme = out / "README.md"
    readme.write_text("Mine.\n\n" + readme.read_text())
    (out / "app/models/thing0.py").unlink()
    (out / "own.txt").write_text("mine\n")
    shutil.copytree(out, folder / "start")
    return out


def run(out: Path, on_event: OnEvent = ignore) -> None:
    """What the child does."""
    update(UpdateRequest(out, spec(NEW), validate=False), on_event)


def killed_after(seconds: float, out: Path, *, writing: bool = False) -> None:
    """Run it in a child and kill that child after `seconds`, or when it has ended if that is infinite.

    With `writing` the time counts from the moment when it begins to write.
    """
    child = os.fork()
    if child == 0:
        try:
            run(out)
        finally:
            os._exit(0)
    journal = f"{out}/.scaffold/journal"
    while writing and not os.path.exists(journal) and os.waitid(os.P_PID, child, ENDED) is None:  # noqa: PTH110
        pass
    if seconds != float("inf"):
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def main(folder: Path, count: int, seed: int) -> None:
    """Do `count` kills: a third over the whole time of an update, the others over the time in which it writes."""
    chance = random.Random(seed)
    out = prepare(folder)
    old = snapshot(out)
    started = time.perf_counter()
    times: list[float] = []
    run(out, lambda event: times.append(time.perf_counter()) if event == StageStarted("write") else None)
    ended = time.perf_counter()
    lasts, writes = ended - started, ended - times[0]
    new = snapshot(out)

    def state() -> str:
        found = snapshot(out)
        return "old" if found == old else "new" if found == new else "mixed"

    results = []
    for number in range(count):
        shutil.rmtree(out)
        shutil.copytree(folder / "start", out)
        writing = number % 3 != 0
        # The last one is let through, so that on a slow machine too both outcomes occur.
        if number == count - 1:
            killed_after(float("inf"), out)
        else:
            killed_after(chance.uniform(0, writes * 1.2 if writing else lasts), out, writing=writing)
        first = state()
        done = recover(out)
        results.append(["" if done is None else done.action, first, state()])
    print(json.dumps(results))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
