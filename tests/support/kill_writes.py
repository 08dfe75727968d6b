"""Writes a tree again and again in child processes, kills them at random instants, and tells what they left.

Run as a program (forking is not safe inside pytest, which has threads): FOLDER KIND COUNT SEED. Prints a JSON list of
`[before, after the next command]`, each one of "old", "new", "mixed".
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

from scaffolder.tree import Tree
from scaffolder.write import recover, write_tree
from tests.support.blueprints import file, snapshot, tree

OLD = tree({f"app/d{number % 9}/f{number}.py": f"old {number}\n" for number in range(120)} | {"mine.txt": "mine\n"})
NEW = Tree(
    file(f"app/d{number % 12}/f{number}.py" if number % 2 else f"new/d{number % 7}/{number}.md", f"new {number}\n" * 50)
    for number in range(300)
)


def prepare(out: Path, kind: str) -> None:
    """Bring the destination into the state before the run."""
    shutil.rmtree(out, ignore_errors=True)
    if kind == "empty":
        out.mkdir()
    if kind == "existing":
        write_tree(OLD, out)


def run(out: Path) -> None:
    """What the child does."""
    write_tree(NEW, out, overwrite=True)


def killed_after(seconds: float, out: Path) -> None:
    """Run it in a child and kill that child after `seconds`, or when it has ended if that is infinite."""
    child = os.fork()
    if child == 0:
        try:
            run(out)
        finally:
            os._exit(0)
    if seconds != float("inf"):
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def main(folder: Path, kind: str, count: int, seed: int) -> None:
    """Do `count` kills, spread over the time that an undisturbed run takes."""
    out, chance = folder / "out", random.Random(seed)
    prepare(out, kind)
    old = snapshot(folder)
    started = time.perf_counter()
    run(out)
    lasts = (time.perf_counter() - started) * 1.5 + 0.002
    new = snapshot(folder)
    names = {json.dumps(str(old)): "old", json.dumps(str(new)): "new"}

    def state() -> str:
        return names.get(json.dumps(str(snapshot(folder))), "mixed")

    results = []
    for number in range(count):
        prepare(out, kind)
        # The last one is let through, so that on a slow machine too both outcomes occur.
        killed_after(lasts * (number + chance.random()) / count if number < count - 1 else float("inf"), out)
        # What a killed run left beside the destination is hidden, and not part of the project.
        hidden = [path for path in folder.iterdir() if path.name.startswith(".")]
        for path in hidden:
            path.rename(folder.parent / path.name)
        first = state()
        for path in hidden:
            (folder.parent / path.name).rename(path)
        recover(out)
        results.append([first, state()])
    print(json.dumps(results))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
