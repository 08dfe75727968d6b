"""CPU time (user and system, with child processes) and memory of callables and of whole programs."""

from __future__ import annotations

import gc
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Cost:
    """`seconds` of CPU time, and the largest `memory` of one process in bytes."""

    seconds: float
    memory: int


def cpu() -> float:
    """CPU seconds of this process and of its ended children."""
    usages = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def best_of(repeats: int, call: Callable[[], object]) -> float:
    """The least CPU seconds that a call took: what disturbs a measurement only ever adds to it."""
    best = float("inf")
    for _ in range(repeats):
        gc.collect()
        before = cpu()
        call()
        best = min(best, cpu() - before)
    return best


def slowness() -> float:
    """How many times slower than the reference this machine is just now: a busy neighbour inflates CPU time too.

    The reference takes 25 ms of CPU time for this loop (Python 3.11, one core of 2.5 GHz that has nothing else to do).
    """

    def loop() -> None:
        total = 0
        for number in range(300_000):
            total += number * number % 7

    return max(1.0, best_of(5, loop) / 0.025)


def program(repeats: int, arguments: Sequence[str], prepare: Callable[[], None] = lambda: None) -> Cost:
    """The median cost of running Python with these arguments, its seconds as on the reference machine.

    Its output is thrown away, a failure is raised.
    """
    costs = []
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    for _ in range(repeats):
        prepare()
        before = slowness()
        child = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            raise RuntimeError(f"exit status {child.returncode}: {arguments}")
        slow = (before + slowness()) / 2
        costs.append(Cost((usage.ru_utime + usage.ru_stime) / slow, usage.ru_maxrss * 1024))
    return sorted(costs, key=lambda cost: cost.seconds)[len(costs) // 2]
