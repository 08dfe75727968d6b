"""`scaffolder slots`: the slots of a project and what became of them."""

from __future__ import annotations

from pathlib import Path

import click

from scaffolder.cli import exits, output


@click.command(short_help="List the slots of a project and what became of them.", epilog=exits.HELP)
@click.argument("path", default=".", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the list as one JSON object.")
def command(path: Path, as_json: bool) -> int:
    """List the slots of the project in PATH (by default the current directory).

    A slot is static (it has the template's own text), filled (a language model's), failed (no answer could be used, so
    it is static too), edited by a person, or gone.
    """
    from scaffolder.filling.listing import list_slots, to_json, to_text  # noqa: PLC0415
    from scaffolder.pipeline import catalog  # noqa: PLC0415
    from scaffolder.project import Project  # noqa: PLC0415

    slots = list_slots(Project(path), catalog())
    output.result(to_json(slots) if as_json else to_text(slots))
    return exits.FINE
