"""How long validators take on the generated helpdesk: each by itself, all side by side, and when nothing changed.

Wall time of whole processes, the least of a few, as on the reference machine (`measure.slowness`). Run it with
`python -m tests.bench.engines`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

from tests.bench.__main__ import Row
from tests.bench.measure import ROOT, program, slowness
from tests.bench.served import DESK
from tests.support.specs import HELPDESK

COLD_SECONDS, WARM_SECONDS, FAST_MILLISECONDS = 3.0, 0.5, 1.0


class Bench:
    """A project, and runs of `scaffolder` on it with a cache of their own."""

    def __init__(self, folder: Path) -> None:
        self.project, self.cache = folder / "project", folder / "cache"
        self.spec = HELPDESK if HELPDESK.is_file() else folder / "spec.yml"
        if self.spec != HELPDESK:
            self.spec.write_text(DESK)
        self.scaffolder("copy", "agent-backend", str(self.project), "--data-file", str(self.spec), "--quiet")

    def scaffolder(self, *arguments: str) -> str:
        """Run a command; gives what it printed."""
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        command = [sys.executable, "-m", "scaffolder", *arguments]
        environment = kept | {"XDG_CACHE_HOME": str(self.cache)}
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{arguments}: {done.stdout}{done.stderr}")
        return done.stdout

    def least(self, repeats: int, call: Callable[[], object]) -> float:
        """The least wall seconds that a call took."""
        found = []
        for _ in range(repeats):
            before, started = slowness(), perf_counter()
            call()
            found.append((perf_counter() - started) / ((before + slowness()) / 2))
        return min(found)

    def whole(self) -> list[Row]:
        """The tier `project`: with an empty cache, and again."""

        def cold() -> None:
            shutil.rmtree(self.cache, ignore_errors=True)
            self.scaffolder("validate", str(self.project))

        def warm() -> None:
            self.scaffolder("validate", str(self.project))

        return [
            Row("scaffolder validate, nothing known", self.least(3, cold), COLD_SECONDS, "s"),
            Row("scaffolder validate, nothing changed", self.least(5, warm), WARM_SECONDS, "s"),
        ]

    def fast(self) -> Row:
        """What the tier `fast` costs `copy`, in CPU time per file."""
        out = self.project.with_name("out")
        command = ["-m", "scaffolder", "copy", "agent-backend", str(out), "--data-file", str(self.spec), "--quiet"]
        with_it, without = (
            program(7, [*command, *more], lambda: shutil.rmtree(out, ignore_errors=True)).seconds
            for more in ((), ("--no-validate",))
        )
        files = sum(1 for path in out.rglob("*") if path.is_file())
        return Row("what checking costs copy", (with_it - without) * 1000 / files, FAST_MILLISECONDS, "ms CPU/file")

    def each(self) -> Iterator[str]:
        """Each engine by itself: a line of a table."""
        names = json.loads(self.scaffolder("validate", str(self.project), "--format", "json"))["results"]
        yield f"  {'engine':<16} {'version':<34} {'files':>5} {'alone':>8}"
        for name in [one["validator"] for one in names if one["files"]]:
            slow = slowness()
            found = [self._alone(name) for _ in range(3)]
            result = min(found, key=lambda one: float(one["seconds"]))
            took = f"{float(result['seconds']) / slow * 1000:>5.0f} ms" if result["status"] != "skipped" else "skipped"
            yield f"  {name:<16} {result['version'][:34]:<34} {result['files']:>5} {took:>8}"

    def _alone(self, name: str) -> dict[str, Any]:
        said = self.scaffolder("validate", str(self.project), "--only", name, "--no-cache", "--format", "json")
        result: dict[str, Any] = json.loads(said)["results"][0]
        return result


@contextmanager
def bench() -> Iterator[Bench]:
    """Give a project in a folder that is removed afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        yield Bench(Path(folder))


def main() -> int:
    """Print the table; 1 when a limit is broken."""
    with bench() as run:
        rows = [*run.whole(), run.fast()]
        print("\n".join(map(str, rows)))
        for line in run.each():
            print(line, flush=True)
    print(f"this machine is now {slowness():.1f} times slower than the reference")
    return 0 if all(row.fits(row.value, row.limit) for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
