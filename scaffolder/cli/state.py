"""`scaffolder state`: mend what scaffolder keeps about a project."""

from __future__ import annotations

from pathlib import Path

import click

from scaffolder.cli import exits, output
from scaffolder.cli.blueprints import complete_sources
from scaffolder.cli.progress import Progress

_NEXT = "Run `scaffolder update` now: neither branch has all that their specs give together."


@click.group(short_help="Mend what scaffolder keeps about a project in .scaffold.", epilog=exits.HELP)
def command() -> None:
    """Mend what scaffolder keeps about a project in .scaffold."""


@command.command(short_help="Write .scaffold anew, from scaffold.yml and the blueprints.", epilog=exits.HELP)
@click.argument("path", default=".", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--source",
    metavar="STACK",
    shell_complete=complete_sources,
    help="The stack, where the damaged state does not tell it.",
)
@click.option("-q", "--quiet", is_flag=True, help="No summary.")
def rebuild(path: Path, source: str | None, quiet: bool) -> int:
    """Write the state of the project in PATH (by default the current directory) anew.

    For a .scaffold that is damaged, lost, or in a merge conflict. No other file is touched. What the files have that
    the blueprints do not give now counts as edited by people from then on. In a merge conflict the states of both
    branches are put together, and `scaffolder update` then brings what neither of them has.
    """
    from scaffolder.rebuild import rebuild as run  # noqa: PLC0415
    from scaffolder.report import count  # noqa: PLC0415

    progress = Progress(quiet=quiet, brief=True)
    try:
        done = run(path, source, progress)
    finally:
        progress.close()
    if quiet:
        return exits.FINE
    if not done.changed:
        output.result(f"{done.project} in {path}: the state was sound already; nothing was written")
        return exits.FINE
    made_from = "the states of the two branches" if done.behind else f"scaffold.yml and the stack {done.source}"
    output.result(
        f"{done.project} in {path}: wrote the state of {count(done.files, 'file')}, from {made_from}\n"
        f"{_NEXT if done.behind else 'The base for the next update is what the blueprints give now.'}\n"
        f"  {done.same} on disk are just so, {len(done.differ)} differ and count as edited by people, "
        f"{len(done.missing)} are missing and count as deleted by people"
    )
    for word, paths in (("differs", done.differ), ("missing", done.missing)):
        for one in paths:
            output.result(f"  {word}  {one}")
    return exits.FINE
