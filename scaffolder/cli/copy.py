"""`scaffolder copy`: make a project, or say all that is in the way."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from scaffolder.cli import exits, options, output
from scaffolder.cli.blueprints import complete_sources
from scaffolder.cli.options import CopyOptions
from scaffolder.cli.progress import Progress

if TYPE_CHECKING:
    from scaffolder.errors import ScaffolderError
    from scaffolder.input import SpecSource
    from scaffolder.pipeline import CopyRequest
    from scaffolder.planned import Planned
    from scaffolder.report import Report

_EXIT_CODES: Final = {
    "written": exits.FINE,
    "pretended": exits.FINE,
    "partial": exits.PARTIAL,
    "conflicts": exits.FINDINGS,
    "invalid": exits.FINDINGS,
    "failed": exits.BAD_INPUT,
}


@click.command(short_help="Make a project from a stack, a blueprint or a Copier template.", epilog=exits.HELP)
@click.argument("source", shell_complete=complete_sources)
@click.argument("destination", metavar="DEST", type=click.Path(file_okay=False, path_type=Path))
@options.data_options
@click.option(
    "--plan",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Carry out a plan that `scaffolder plan --json` stored, instead of planning from a spec.",
)
@click.option("-l", "--defaults", is_flag=True, help="Ask nothing: without --data-file, use an example spec.")
@click.option("-f", "--force", is_flag=True, help="Same as --defaults --overwrite.")
@click.option("-w", "--overwrite", is_flag=True, help="Replace files that are there and differ, without asking.")
@click.option("-n", "--pretend", is_flag=True, help="Do everything but write.")
@click.option("-q", "--quiet", is_flag=True, help="No progress and no summary.")
@click.option("-x", "--exclude", multiple=True, metavar="PATTERN", help="Leave out files that match. Repeatable.")
@click.option("-s", "--skip", multiple=True, metavar="PATTERN", help="Keep files that are there and match. Repeatable.")
@click.option("-r", "--vcs-ref", metavar="REF", help="Copier templates only: the git reference to use.")
@click.option("-a", "--answers-file", metavar="PATH", help="Copier templates only: where it keeps its answers.")
@click.option("--trust", is_flag=True, help="Copier templates only: allow tasks, migrations and Jinja extensions.")
@click.option("--partial", is_flag=True, help="When a blueprint fails, write what is sound without it (exit code 3).")
@click.option("--no-validate", is_flag=True, help="Write without checking what was rendered; the summary says so.")
@click.option(
    "--fill", is_flag=True, help="Then fill the slots, as `scaffolder fill` does; --json gives one object more."
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON object.")
def command(**arguments: Any) -> int:
    """Make a project in DEST from SOURCE.

    SOURCE is a stack (agent-backend), one blueprint (app_core), or any Copier template: a path or a git address,
    which is handed to Copier as it is.

    The spec comes from --data-file; without it, a few questions are asked on a terminal. It is written into the
    project as scaffold.yml. Nothing is written when there is an error, or when a file is in the way and there is
    nobody to ask.
    """
    chosen = CopyOptions(**arguments)
    from scaffolder.errors import ScaffolderError  # noqa: PLC0415

    try:
        return _run(chosen)
    except ScaffolderError as error:
        if not chosen.as_json:
            raise
        output.result(_error_json(error, chosen))
        return exits.BAD_INPUT


def _run(chosen: CopyOptions) -> int:
    from scaffolder import pipeline  # noqa: PLC0415

    if not pipeline.is_own(chosen.source):
        from scaffolder.cli.foreign import copy_template  # noqa: PLC0415

        return copy_template(chosen)
    for flag in _unused(chosen):
        output.note(f"note: {flag} is for Copier templates; {chosen.source} is not one, so it does nothing here.")
    progress = Progress(quiet=chosen.quiet or chosen.as_json)
    ask = not (chosen.defaults or chosen.force) and options.is_interactive()
    try:
        report = pipeline.copy(_request(chosen), progress, _choose if ask else None)
    finally:
        progress.close()
    code = _show(report, chosen)
    return _fill(chosen) if chosen.fill and report.status == "written" else code


def _fill(chosen: CopyOptions) -> int:
    from scaffolder.cli import fill  # noqa: PLC0415 - as the pipeline

    options = fill.FillOptions(
        chosen.destination, no_validate=chosen.no_validate, quiet=chosen.quiet, as_json=chosen.as_json
    )
    return fill.run(options)


def _request(chosen: CopyOptions) -> CopyRequest:
    from scaffolder.overrides import parse_overrides  # noqa: PLC0415
    from scaffolder.pipeline import CopyRequest  # noqa: PLC0415

    if chosen.plan is not None and (chosen.data or chosen.data_file):
        raise click.UsageError("--plan holds the whole spec already; leave out --data and --data-file")
    overrides = parse_overrides(chosen.data)
    return CopyRequest(
        source=chosen.source,
        destination=chosen.destination,
        spec=_spec(chosen) if chosen.plan is None else None,
        overrides=overrides,
        planned=_stored(chosen.plan) if chosen.plan is not None else None,
        overwrite=chosen.overwrite or chosen.force,
        skip=chosen.skip,
        exclude=chosen.exclude,
        pretend=chosen.pretend,
        partial=chosen.partial,
        validate=not chosen.no_validate,
    )


def _spec(chosen: CopyOptions) -> SpecSource:
    if chosen.data_file is not None:
        return options.given_spec(chosen.data_file)
    if chosen.defaults or chosen.force:
        from scaffolder.input import example  # noqa: PLC0415

        return example()
    return options.ask_spec(chosen.destination)


def _stored(path: Path) -> Planned:
    from scaffolder.planned import Planned  # noqa: PLC0415

    try:
        return Planned.from_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError(f"cannot read the plan {path}: {error}") from None


def _unused(chosen: CopyOptions) -> list[str]:
    given = {"--vcs-ref": chosen.vcs_ref, "--answers-file": chosen.answers_file, "--trust": chosen.trust}
    return [flag for flag, value in given.items() if value]


def _choose(conflicts: Sequence[str]) -> frozenset[str]:
    """Ask for each file that is in the way whether to replace it; give those to keep."""
    keep: set[str] = set()
    for path in conflicts:
        answer = click.prompt(f"Overwrite {path}?", type=click.Choice(["y", "n", "all"]), err=True)
        if answer == "all":
            break
        if answer == "n":
            keep.add(path)
    return frozenset(keep)


def _show(report: Report, chosen: CopyOptions) -> int:
    if chosen.as_json:
        output.result(report.to_json())
    elif report.status in {"conflicts", "invalid", "failed"}:
        output.note(report.to_text())
    elif not chosen.quiet:
        output.result(report.to_text())
    elif report.status == "partial":
        output.note(report.to_text())
    return _EXIT_CODES[report.status]


def _error_json(error: ScaffolderError, chosen: CopyOptions) -> str:
    from dataclasses import asdict  # noqa: PLC0415

    from scaffolder.report import JSON_VERSION  # noqa: PLC0415

    data = {
        "version": JSON_VERSION,
        "status": "failed",
        "source": chosen.source,
        "destination": str(chosen.destination),
        "error": error.message,
        "hint": error.hint,
        "problems": [asdict(problem) for problem in getattr(error, "problems", ())],
    }
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
