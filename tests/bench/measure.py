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


def program(repeats: int, arguments: Sequence[str], prepare: Callable[[], None] = lambda: None) -> Cost:
    """The least cost of running Python with these arguments; its output is thrown away, a failure is raised."""
    costs = []
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    for _ in range(repeats):
        prepare()
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
        costs.append(Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024))
    return min(costs, key=lambda cost: cost.seconds)
