"""Printing: results to stdout, everything else to stderr, and quiet when the reader of a pipe has gone."""

from __future__ import annotations

import os
import sys
from typing import TextIO

import click


def result(text: str) -> None:
    """Print a result, with a line end, to stdout."""
    _write(text, sys.stdout)


def note(text: str) -> None:
    """Print a remark or progress, with a line end, to stderr."""
    _write(text, sys.stderr)


def error(text: str, *, hint: str = "") -> None:
    """Print `error: text`, and the hint on a line of its own, to stderr."""
    _write(f"{style('error:', fg='red', bold=True)} {text}", sys.stderr)
    if hint:
        _write(f"{style('hint:', bold=True)} {hint}", sys.stderr)


def style(text: str, *, fg: str | None = None, bold: bool = False) -> str:
    """Give `text` colour; it is stripped again where stderr is no terminal, and NO_COLOR turns it off."""
    return text if os.environ.get("NO_COLOR") else click.style(text, fg=fg, bold=bold)


def _write(text: str, stream: TextIO | None) -> None:
    if stream is None:
        return
    try:
        click.echo(text, file=stream)
        stream.flush()
    except OSError as error:
        # The interpreter flushes what is left once more when it exits, and would fail again.
        with open(os.devnull, "w", encoding="utf-8") as devnull:  # noqa: PTH123 - the device, not a path of ours
            os.dup2(devnull.fileno(), stream.fileno())
        # `scaffolder plan | head`: the reader has what it wanted.
        if not isinstance(error, BrokenPipeError):
            raise
