"""`scaffolder update`: bring a project up to date with its spec and the blueprints; what people edited stays."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import click

from scaffolder.cli import exits, options, output
from scaffolder.cli.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scaffolder.errors import ScaffolderError
    from scaffolder.updating.diffs import FileChange
    from scaffolder.updating.report import UpdateReport

_EXIT_CODES: Final = {
    "updated": exits.FINE,
    "current": exits.FINE,
    "pretended": exits.FINE,
    "unsettled": exits.FINDINGS,
    "edits": exits.FINDINGS,
    "destructive": exits.FINDINGS,
    "invalid": exits.FINDINGS,
    "failed": exits.BAD_INPUT,
}


@click.command(short_help="Bring a project up to date, and keep what people edited.", epilog=exits.HELP)
@click.argument("path", default=".", type=click.Path(exists=True, file_okay=False, path_type=Path))
@options.data_options
@click.option("-n", "--pretend", is_flag=True, help="Do everything but write.")
@click.option("--diff", is_flag=True, help="Print what would change, file by file, and write nothing.")
@click.option(
    "--conflict",
    type=click.Choice(["inline", "rej"]),
    default="inline",
    show_default=True,
    help="Where both sides changed the same lines: mark them in the file, or keep yours and write the rest to a .rej.",
)
@click.option("-f", "--force", is_flag=True, help="Go on with uncommitted changes or marks of an earlier conflict.")
@options.allow_destructive
@click.option("-q", "--quiet", is_flag=True, help="No progress, and no summary unless there are conflicts.")
@click.option("--no-validate", is_flag=True, help="Write without checking what was merged; the summary says so.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON object.")
@click.option("-l", "--defaults", is_flag=True, help="Copier templates only: ask nothing.")
@click.option("-r", "--vcs-ref", metavar="REF", help="Copier templates only: the git reference to update to.")
@click.option("--trust", is_flag=True, help="Copier templates only: allow tasks, migrations and Jinja extensions.")
def command(**arguments: Any) -> int:
    """Bring the project in PATH (by default the current directory) up to date with its spec and the blueprints.

    Edit scaffold.yml first, or give another spec with --data-file. What people edited is merged; where both sides
    changed the same lines, both are kept for you to choose, and the exit code is 1. All is written in one step, or
    nothing is. In a git repository, commit first. A project that Copier made from another template is handed to Copier.
    """
    return run(options.UpdateOptions(**arguments), "update")


def run(chosen: options.UpdateOptions, kind: Literal["update", "recopy"]) -> int:
    """Carry out the command and print its report; gives the exit code."""
    from scaffolder.errors import ScaffolderError  # noqa: PLC0415

    try:
        if is_foreign(chosen.path):
            from scaffolder.cli.foreign import update_template  # noqa: PLC0415

            return update_template(chosen, kind)
        return _run(chosen, kind)
    except ScaffolderError as error:
        if not chosen.as_json:
            raise
        output.result(_error_json(error, chosen))
        return exits.BAD_INPUT


def is_foreign(path: Path) -> bool:
    """Tell whether Copier made this project and scaffolder did not."""
    return (path / ".copier-answers.yml").is_file() and not (path / ".scaffold").is_dir()


def print_diff(changes: Iterable[FileChange]) -> None:
    """Print the diffs of files in colour."""
    for change in changes:
        for line in change.diff():
            output.result(_coloured(line))


def _run(chosen: options.UpdateOptions, kind: Literal["update", "recopy"]) -> int:
    from scaffolder.overrides import parse_overrides  # noqa: PLC0415
    from scaffolder.update import UpdateRequest, update  # noqa: PLC0415

    request = UpdateRequest(
        root=chosen.path,
        spec=None if chosen.data_file is None else options.given_spec(chosen.data_file),
        overrides=parse_overrides(chosen.data),
        kind=kind,
        style=chosen.conflict,
        pretend=chosen.pretend or chosen.diff,
        force=chosen.force,
        overwrite=chosen.overwrite,
        validate=not chosen.no_validate,
        allow_destructive=chosen.allow_destructive,
    )
    progress = Progress(quiet=chosen.quiet or chosen.as_json, brief=True)
    try:
        report = update(request, progress)
    finally:
        progress.close()
    return _show(report, chosen)


def _show(report: UpdateReport, chosen: options.UpdateOptions) -> int:
    code = _EXIT_CODES[report.status] or (exits.FINDINGS if report.conflicts or report.old_names else exits.FINE)
    if chosen.as_json:
        output.result(report.to_json(diff=chosen.diff))
        return code
    if chosen.diff:
        print_diff(report.changes)
    if code != exits.FINE or chosen.diff:
        if code != exits.FINE or not chosen.quiet:
            output.note(report.to_text())
    elif not chosen.quiet:
        output.result(report.to_text())
    return code


def _coloured(line: str) -> str:
    if line.startswith(("--- ", "+++ ")):
        return output.style(line, bold=True)
    colour = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1])
    return output.style(line, fg=colour) if colour is not None else line


def _error_json(error: ScaffolderError, chosen: options.UpdateOptions) -> str:
    from dataclasses import asdict  # noqa: PLC0415

    from scaffolder.updating.report import JSON_VERSION  # noqa: PLC0415

    data = {
        "version": JSON_VERSION,
        "status": "failed",
        "destination": str(chosen.path),
        "error": error.message,
        "hint": error.hint,
        "problems": [asdict(problem) for problem in getattr(error, "problems", ())],
    }
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
