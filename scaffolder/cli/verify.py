"""`scaffolder verify`: run the tests of a generated project where they can do no harm."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from scaffolder.cli import exits, output

if TYPE_CHECKING:
    from scaffolder_validators.sandbox import Limits, Verified

_SHOWN_LINES: Final = 60


@click.command(
    short_help="Run the tests of a project in a sandbox, with exactly what it pins.",
    epilog=exits.HELP,
    context_settings={"allow_interspersed_args": True},
)
@click.argument("path", default=".", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("arguments", metavar="[-- PYTEST_ARGUMENTS]", nargs=-1, type=click.UNPROCESSED)
@click.option("--timeout", type=click.FloatRange(min=1), default=900, show_default=True, help="Seconds it may take.")
@click.option("--memory", type=click.IntRange(min=64), default=2048, show_default=True, help="MiB that it may use.")
@click.option("-q", "--quiet", is_flag=True, help="No progress, no output of the tests and no summary.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object.")
def command(path: Path, arguments: tuple[str, ...], timeout: float, memory: int, quiet: bool, as_json: bool) -> int:
    """Run the tests of the project in PATH (by default the current directory) in a sandbox.

    What its requirements-dev.txt pins is installed first, once for each content, from wheels with the pinned hashes.
    The tests see a copy of the project, this Python and these packages: no network, no other file, no variable and no
    process of this machine. They run as a plain user, with limits on time, memory, processes and disk. Without a
    sandbox nothing is run.

    The exit code is 0 when the tests passed, 1 when they did not, and 2 when they could not be run.
    """
    from scaffolder_validators.sandbox import Limits, SandboxError, verify_project  # noqa: PLC0415
    from scaffolder_validators.sandbox.limits import MEBIBYTE  # noqa: PLC0415

    limits = Limits(seconds=timeout, cpu_seconds=int(timeout) + 1, memory=memory * MEBIBYTE)
    notify = (lambda _: None) if quiet or as_json else output.note
    try:
        verified = verify_project(path, limits=limits, arguments=arguments, notify=notify)
    except SandboxError as error:
        if as_json:
            output.result(json.dumps({"status": "refused", "error": str(error)}, ensure_ascii=False))
        else:
            output.error(f"nothing was run: {error}")
        return exits.BAD_INPUT
    if as_json:
        output.result(json.dumps(_data(verified, limits), ensure_ascii=False))
    else:
        _show(verified, quiet=quiet)
    return exits.FINE if verified.passed else exits.FINDINGS


def _data(verified: Verified, limits: Limits) -> dict[str, Any]:
    outcome = verified.outcome
    return {
        "status": "passed" if verified.passed else "failed",
        "reason": outcome.reason,
        "exit_code": outcome.exit_code,
        "tests": dict(verified.results.counts),
        "findings": [asdict(finding) for finding in verified.findings],
        "seconds": round(outcome.seconds, 3),
        "peak_memory": outcome.peak_memory,
        "limits": asdict(limits),
        "left_out": outcome.left_out,
        "environment": {"cached": verified.environment.cached, "seconds": round(verified.environment.seconds, 3)},
        "sandbox": {"bwrap": verified.sandbox.version},
        "output": outcome.stdout,
        "errors": outcome.stderr,
    }


def _show(verified: Verified, *, quiet: bool) -> None:
    from scaffolder.report import human_size  # noqa: PLC0415

    outcome = verified.outcome
    if not quiet and not verified.passed:
        lines = (outcome.stdout + outcome.stderr).rstrip().splitlines()
        if len(lines) > _SHOWN_LINES:
            output.note(f"… {len(lines) - _SHOWN_LINES} lines before this; --json gives them …")
        output.note("\n".join(lines[-_SHOWN_LINES:]))
    for finding in verified.findings:
        output.result(str(finding))
    if quiet:
        return
    if outcome.left_out:
        output.note(f"not copied, because they lead out of the project: {', '.join(outcome.left_out[:10])}")
    counts = ", ".join(
        f"{count} {kind}" for kind, count in verified.results.counts.items() if count or kind == "passed"
    )
    used = f"{outcome.seconds:.1f} s, at most {human_size(outcome.peak_memory)} of memory"
    output.note(f"{'passed' if verified.passed else 'failed'}: {counts} in {used}")
