"""What commands share: the options of `copy`, and where the spec comes from."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import click

from scaffolder.cli import questions

if TYPE_CHECKING:
    from collections.abc import Callable

    from scaffolder.input import SpecSource

_F = TypeVar("_F", bound="Callable[..., Any]")


@dataclass(frozen=True, slots=True)
class CopyOptions:
    """The command line of `copy`, one field per option."""

    source: str
    destination: Path
    data: tuple[str, ...]
    data_file: Path | None
    plan: Path | None
    defaults: bool
    force: bool
    overwrite: bool
    pretend: bool
    quiet: bool
    exclude: tuple[str, ...]
    skip: tuple[str, ...]
    vcs_ref: str | None
    answers_file: str | None
    trust: bool
    fill: bool
    partial: bool
    no_validate: bool
    as_json: bool


@dataclass(frozen=True, slots=True)
class UpdateOptions:
    """The command line of `update` and of `recopy`, one field per option."""

    path: Path
    data: tuple[str, ...]
    data_file: Path | None
    pretend: bool
    diff: bool
    quiet: bool
    no_validate: bool
    as_json: bool
    force: bool = False
    overwrite: bool = False
    allow_destructive: bool = False
    conflict: Literal["inline", "rej"] = "inline"
    defaults: bool = False
    vcs_ref: str | None = None
    trust: bool = False


def data_options(function: _F) -> _F:
    """Add `-d/--data` and `--data-file`."""
    function = click.option(
        "--data-file",
        type=click.Path(path_type=Path, allow_dash=True),
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


def allow_destructive(function: _F) -> _F:
    """Add `--allow-destructive`."""
    return click.option(
        "--allow-destructive",
        is_flag=True,
        help="Write a migration that loses something of the rows: a column that is dropped, a text that is cut.",
    )(function)


def given_spec(path: Path) -> SpecSource:
    """Give the spec in a file, or on standard input for `-`."""
    from scaffolder.input import SpecSource, from_stream  # noqa: PLC0415

    return from_stream(sys.stdin.buffer, "<stdin>") if str(path) == "-" else SpecSource(str(path), path)


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
    from scaffolder.input import SpecSource, problems_of  # noqa: PLC0415

    def check(text: str) -> list[str]:
        return [f"{one.message} ({one.hint})" if one.hint else one.message for one in problems_of(text)]

    text = questions.ask(destination, check)
    return SpecSource("scaffold.yml", content=text.encode())


def is_interactive() -> bool:
    """Tell whether there is a person to ask: questions go to stderr, answers come from stdin."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))
