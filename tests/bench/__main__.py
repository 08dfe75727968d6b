"""Measures, prints a table, and fails when a limit is broken.

All in CPU time, the best of a few runs; what can be a ratio is one, so that the speed of the machine cancels out, and
seconds are those of a reference machine (`measure.slowness`).
With `--quick` the thousand entities are left out.
"""

from __future__ import annotations

import operator
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.bench.measure import best_of, cpu, program, slowness
from tests.bench.work import STACK, Work, spec_of
from tests.support.specs import HELPDESK

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Row:
    """A measurement and its limit."""

    name: str
    value: float
    limit: float
    unit: str
    fits: Callable[[float, float], bool] = operator.le

    def __str__(self) -> str:
        sign = "<=" if self.fits is operator.le else ">="
        verdict = "ok" if self.fits(self.value, self.limit) else "TOO MUCH" if sign == "<=" else "TOO LITTLE"
        return f"{self.name:<66} {self.value:>9.2f} {sign} {self.limit:<7g} {self.unit:<8} {verdict}"


def rendering(folder: Path) -> list[Row]:
    """A hundred entities: against Jinja alone, and against Copier."""
    work = Work(100, folder)
    jobs = work.jobs()
    jinja = best_of(3, lambda: work.jinja(work.out(), jobs))
    cold = best_of(3, lambda: work.ours(work.out(), formatted=False, warm=False))
    warm = best_of(3, lambda: work.ours(work.out(), formatted=False, warm=True))
    whole = best_of(3, lambda: work.ours(work.out(), formatted=True, warm=True))
    import copier as _  # noqa: F401, PLC0415 - its import is not what is compared

    copier = best_of(1, lambda: work.copier(work.out()))
    print(f"100 entities, {len(jobs)} files: Jinja {jinja:.2f} s, ours {cold:.2f} s cold, {warm:.2f} s warm,"
          f" {whole:.2f} s with ruff, Copier {copier:.2f} s")  # fmt: skip
    return [
        Row("render and write, templates compiled anew, against Jinja alone", cold / jinja, 2.0, "times"),
        Row("render and write, against Jinja alone", warm / jinja, 2.0, "times"),
        Row("Copier against render and write", copier / cold, 3.0, "times", operator.ge),
        Row("Copier against render, format and write", copier / whole, 3.0, "times", operator.ge),
    ]


def growth(folder: Path) -> list[Row]:
    """From a hundred to a thousand entities: no more than linear."""
    small, large = Work(100, folder), Work(1000, folder)
    hundred = best_of(3, lambda: small.ours(small.out(), formatted=True, warm=True))
    thousand = best_of(1, lambda: large.ours(large.out(), formatted=True, warm=True))
    return [Row("render, format and write: 1000 entities against 100", thousand / hundred, 11.0, "times")]


def whole_runs(folder: Path, *, quick: bool) -> list[Row]:
    """`scaffolder copy` as a process."""
    out = folder / "out"

    def copy(spec: str | Path, repeats: int) -> tuple[float, int, int]:
        path = spec if isinstance(spec, Path) else folder / "spec.yml"
        if isinstance(spec, str):
            path.write_text(spec)
        command = ["-m", "scaffolder", "copy", STACK, str(out), "--data-file", str(path), "--quiet", "--no-validate"]
        cost = program(repeats, command, lambda: shutil.rmtree(out, ignore_errors=True))
        return cost.seconds, cost.memory, sum(1 for file in out.rglob("*") if file.is_file())

    copy(spec_of(1), 1)  # compiles what is compiled once
    bare_seconds, _, bare_files = copy(spec_of(0), 5)
    seconds, memory, files = copy(spec_of(100), 5)
    rows = [
        Row("scaffolder copy, 100 entities", seconds, 1.4, "CPU-s"),
        Row("scaffolder copy, 100 entities, memory", memory / MEGABYTE, 150, "MB"),
        Row("files beyond the start", (files - bare_files) / (seconds - bare_seconds), 1200, "per CPU-s", operator.ge),
    ]
    if HELPDESK.is_file():
        rows.insert(0, Row("scaffolder copy, helpdesk", copy(HELPDESK, 7)[0], 0.6, "CPU-s"))
    if not quick:
        large, _, _ = copy(spec_of(1000), 1)
        rows.append(Row("scaffolder copy, 1000 entities against 100", large / seconds, 11.0, "times"))
    return rows


def start() -> list[Row]:
    """`--version` and `--help` against Python with the library of the command line."""
    python = program(9, ["-c", "import click"]).seconds
    return [
        Row(f"{option} against `import click`", program(9, ["-m", "scaffolder", option]).seconds / python, 2.5, "times")
        for option in ("--version", "--help")
    ]


def main(*, quick: bool) -> int:
    """Run all; 1 when a limit is broken."""
    began = cpu()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = [*start(), *whole_runs(folder, quick=quick), *rendering(folder)]
        if not quick:
            rows += growth(folder)
    print("\n".join(map(str, rows)))
    print(f"this machine is now {slowness():.1f} times slower than the reference")
    print(f"{cpu() - began:.0f} s of CPU time")
    return 0 if all(row.fits(row.value, row.limit) for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(quick="--quick" in sys.argv))
