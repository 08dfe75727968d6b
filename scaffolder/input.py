"""Where a spec comes from: a file, a stream, the example, and `--data` on top; with problems at the user's places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from scaffolder import spec as spec_package
from scaffolder.errors import BadInputError
from scaffolder.overrides import Overridden, Override, apply_overrides
from scaffolder.problem import Problem
from scaffolder.spec import Loaded, load_spec, load_spec_text
from scaffolder.spec.source import SIZE_LIMIT


@dataclass(frozen=True, slots=True)
class SpecSource:
    """A spec: a file to read, or its bytes when `path` is None. `name` is what messages call it."""

    name: str
    path: Path | None = None
    content: bytes = b""


def example() -> SpecSource:
    """Give the spec that stands in when the user brings none."""
    return SpecSource("example.yml", Path(spec_package.__file__).parent / "example.yml")


def from_stream(stream: BinaryIO, name: str) -> SpecSource:
    """Give the spec in a stream, read only as far as the loader needs to see that it is too large."""
    return SpecSource(name, content=stream.read(SIZE_LIMIT + 1))


def load(source: SpecSource, overrides: Sequence[Override] = ()) -> Loaded:
    """Load a spec with overrides; without any, `Loaded.source` is the input byte for byte.

    Raises:
        BadInputError: the spec has errors, all of them, each at the line or the option where the user wrote it.
    """
    if not overrides:
        return load_spec(source.path) if source.path is not None else load_spec_text(source.content, source.name)
    content = source.content
    if source.path is not None:
        try:
            with source.path.open("rb") as file:
                content = file.read(SIZE_LIMIT + 1)
        except OSError:
            return load_spec(source.path)  # says why it cannot be read
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return load_spec_text(content, source.name)  # says where it is not text
    edited = apply_overrides(text, overrides)
    try:
        loaded = load_spec_text(edited.text.encode(), source.name)
    except BadInputError as error:
        raise BadInputError(_relabel(error.problems, edited, source.name), hint=error.hint) from None
    return replace(loaded, problems=_relabel(loaded.problems, edited, source.name))


def problems_of(text: str) -> tuple[Problem, ...]:
    """Give the errors of a spec's text, none when it is sound."""
    try:
        load_spec_text(text, "scaffold.yml")
    except BadInputError as error:
        return error.problems
    return ()


def _relabel(problems: Sequence[Problem], edited: Overridden, name: str) -> tuple[Problem, ...]:
    return tuple(sorted(edited.relabel(problem, name) for problem in problems))
