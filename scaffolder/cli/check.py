"""`scaffolder check`: is a project what its spec and the blueprints say? For CI and for a pre-commit hook."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from scaffolder.cli import exits, output

if TYPE_CHECKING:
    from scaffolder.drift import Drift


@click.command(short_help="Tell whether a project is what its spec and the blueprints say.", epilog=exits.HELP)
@click.argument("path", default=".", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--edits", is_flag=True, help="Also list what people changed; that is never an error.")
@click.option(
    "--format", "form", type=click.Choice(["text", "github"]), default="text", show_default=True, help="How to print."
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing when all is well, and no diffs.")
def command(path: Path, edits: bool, form: str, as_json: bool, quiet: bool) -> int:
    """Compare the project in PATH (by default the current directory) with what its spec and the blueprints give now.

    Exit code 0 when an update would change nothing, whatever people edited; 1 with a diff when the spec or the
    blueprints have moved on, or when marks of a conflict are left in a file. Nothing is written.
    """
    from scaffolder.drift import check  # noqa: PLC0415

    found = check(path)
    if as_json:
        output.result(found.to_json(edits=edits))
    elif form == "github":
        output.result(found.to_github(edits=edits))
    elif not (quiet and found.is_clean):
        _print(found, edits=edits, quiet=quiet)
    if found.errors:
        return exits.BAD_INPUT
    return exits.FINE if found.is_clean else exits.FINDINGS


def _print(found: Drift, *, edits: bool, quiet: bool) -> None:
    output.result(found.to_text(edits=edits))
    if found.drifted and not quiet:
        from scaffolder.cli.update import print_diff  # noqa: PLC0415 - only where there is one

        output.result("")
        print_diff(found.drifted)
