"""What `copy` and `plan` share: where the spec comes from."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from scaffolder.cli import questions

if TYPE_CHECKING:
    from collections.abc import Callable

    from scaffolder.pipeline import SpecSource

_F = TypeVar("_F", bound="Callable[..., Any]")


def data_options(function: _F) -> _F:
    """Add `-d/--data` and `--data-file`."""
    function = click.option(
        "--data-file",
        type=click.Path(exists=True, dir_okay=False, path_type=Path, allow_dash=True),
        metavar="FILE",
        help="The spec, a YAML file; - reads it from standard input.",
    )(function)
    return click.option(
        "-d",
        "--data",
        multiple=True,
        metavar="KEY=VALUE",
        help="Override a part of the spec: a dotted key and a YAML value, as -d project.name=shop. Repeatable.",
    )(function)


def read_spec(path: Path) -> SpecSource:
    """Read the spec from a file, or from standard input for `-`.

    Raises:
        click.UsageError: it cannot be read.
    """
    from scaffolder.pipeline import SpecSource  # noqa: PLC0415

    try:
        if str(path) == "-":
            return SpecSource("<stdin>", sys.stdin.buffer.read())
        return SpecSource(str(path), path.read_bytes())
    except OSError as error:
        raise click.UsageError(f"cannot read {path}: {error.strerror}") from None


def example_spec() -> SpecSource:
    """Give the spec that stands in when the user brings none."""
    from scaffolder.pipeline import SpecSource, example_text  # noqa: PLC0415

    return SpecSource("example.yml", example_text())


def ask_spec(destination: Path) -> SpecSource:
    """Ask for the spec on the terminal.

    Raises:
        click.UsageError: there is no terminal to ask on.
        click.Abort: the user gave up.
    """
    if not is_interactive():
        raise click.UsageError(
            "there is no spec and no terminal to ask on; pass --data-file FILE, or --defaults for an example"
        )
    from scaffolder.pipeline import SpecSource, problems_of  # noqa: PLC0415

    def check(text: str) -> list[str]:
        return [problem.message for problem in problems_of(SpecSource("scaffold.yml", text.encode()))]

    return SpecSource("scaffold.yml", questions.ask(destination, check).encode())


def is_interactive() -> bool:
    """Tell whether there is a person to ask: questions go to stderr, answers come from stdin."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))
