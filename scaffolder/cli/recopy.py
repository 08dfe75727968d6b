"""`scaffolder recopy`: start over from the templates; only what a blueprint writes once stays."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from scaffolder.cli import exits, options
from scaffolder.cli.update import run


@click.command(short_help="Start over from the templates, and give up edits.", epilog=exits.HELP)
@click.argument("path", default=".", type=click.Path(exists=True, file_okay=False, path_type=Path))
@options.data_options
@click.option("-n", "--pretend", is_flag=True, help="Do everything but write.")
@click.option("--diff", is_flag=True, help="Print what would change, file by file, and write nothing.")
@click.option("-f", "--force", is_flag=True, help="Same as --overwrite, also with uncommitted changes.")
@click.option("-w", "--overwrite", is_flag=True, help="Give up what people edited in files of the templates.")
@options.allow_destructive
@click.option("-q", "--quiet", is_flag=True, help="No progress and no summary.")
@click.option("--no-validate", is_flag=True, help="Write without checking what was rendered; the summary says so.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON object.")
@click.option("-l", "--defaults", is_flag=True, help="Copier templates only: ask nothing.")
@click.option("-r", "--vcs-ref", metavar="REF", help="Copier templates only: the git reference to use.")
@click.option("--trust", is_flag=True, help="Copier templates only: allow tasks, migrations and Jinja extensions.")
def command(**arguments: Any) -> int:
    """Start over in the project in PATH (by default the current directory): as `copy`, with its own spec.

    Files that the blueprints write once (migrations, decisions) and files that are yours alone stay. Deleted files come
    back. Where edits would be lost, nothing is written without --overwrite.
    """
    chosen = options.UpdateOptions(**arguments)
    return run(replace(chosen, overwrite=chosen.overwrite or chosen.force), "recopy")
