"""`scaffolder explain`: where a file, or a line of it, comes from."""

from __future__ import annotations

import os
from pathlib import Path

import click

from scaffolder.cli import exits, output


@click.command(short_help="Tell where a file, or a line of it, comes from.", epilog=exits.HELP)
@click.argument("place", metavar="PATH[:LINE]")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as one JSON object.")
def command(place: str, as_json: bool) -> int:
    """Tell where the file PATH, or line LINE of it, comes from.

    The answer is a blueprint with its template, loop item and slot; a fill with the model that wrote it; or a person,
    with what git knows of them. The project is the nearest folder above PATH with a .scaffold in it.
    """
    from scaffolder import pipeline  # noqa: PLC0415
    from scaffolder.explain import explain  # noqa: PLC0415

    path, line = _parse(place)
    root = _root_of(path)
    relative = os.path.relpath(os.path.abspath(path), root).replace(os.sep, "/")  # noqa: PTH100 - links stay links
    found = explain(root, relative, line, pipeline.catalog())
    output.result(found.to_json() if as_json else found.to_text())
    return exits.FINE


def _parse(place: str) -> tuple[Path, int | None]:
    path, colon, line = place.rpartition(":")
    if colon and line.isdecimal() and not Path(place).exists():
        return Path(path), int(line)
    return Path(place), None


def _root_of(path: Path) -> Path:
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - links stay links
    for folder in absolute.parents:
        if (folder / ".scaffold").is_dir():
            return folder
    return absolute.parent
