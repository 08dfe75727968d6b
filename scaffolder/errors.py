"""The exceptions of scaffolder: each carries its data and what to do next, and none of them prints.

Expected problems (an invalid field, a conflict) are values carried to the report; an exception means "cannot go on".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scaffolder.problem import Problem


class ScaffolderError(Exception):
    """Base of all: `message` says what is wrong in one line, `hint` says what to do next (may be empty)."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


class BadInputError(ScaffolderError):
    """The input has errors: all of them are in `problems`, in the order in which they stand in the file."""

    def __init__(self, problems: Sequence[Problem], *, hint: str = "") -> None:
        self.problems = tuple(problems)
        first = str(self.problems[0]) if self.problems else "invalid input"
        more = f" (and {len(self.problems) - 1} more)" if len(self.problems) > 1 else ""
        super().__init__(first + more, hint=hint)


class SourceError(ScaffolderError):
    """The source is no stack, no blueprint and no Copier template."""


class PlanError(ScaffolderError):
    """A plan cannot be made, or a stored plan does not fit the blueprints that are here now."""


class BlueprintError(ScaffolderError):
    """A blueprint is wrong: `template` (path inside the blueprint, posix) and `line` (from 1) say where, when known.

    `also` holds the other errors that were found in the same blueprint in the same run.
    """

    def __init__(
        self,
        blueprint: str,
        message: str,
        *,
        template: str | None = None,
        line: int | None = None,
        hint: str = "",
        also: Sequence[BlueprintError] = (),
    ) -> None:
        self.blueprint = blueprint
        self.template = template
        self.line = line
        self.detail = message
        self.also = tuple(also)
        super().__init__(f"{self.where}: {message}", hint=hint)

    @property
    def where(self) -> str:
        """`blueprint`, `blueprint/template` or `blueprint/template:line`."""
        where = self.blueprint if self.template is None else f"{self.blueprint}/{self.template}"
        return where if self.line is None else f"{where}:{self.line}"

    @property
    def all(self) -> tuple[BlueprintError, ...]:
        """This error and those found with it."""
        return (self, *self.also)


class TemplateError(BlueprintError):
    """A template (or a templated path) cannot be parsed or rendered."""


class TreeError(ScaffolderError):
    """Rendered files do not fit together, or a path is not safe: `paths` are the ones concerned."""

    def __init__(self, message: str, paths: Sequence[str], *, hint: str = "") -> None:
        self.paths = tuple(paths)
        super().__init__(message, hint=hint)


class DestinationError(ScaffolderError):
    """The destination cannot be written; it is as it was before."""


class ConflictError(DestinationError):
    """Files in the destination differ from what would be written: `paths`, all of them; nothing was written."""

    def __init__(self, paths: Sequence[str], *, hint: str = "") -> None:
        self.paths = tuple(paths)
        shown = ", ".join(self.paths[:5]) + (", …" if len(self.paths) > 5 else "")
        super().__init__(f"{len(self.paths)} existing file(s) differ from the new ones: {shown}", hint=hint)


class StateError(ScaffolderError):
    """`.scaffold/` in the project cannot be read."""


class MigrationError(ScaffolderError):
    """A migration of the project cannot be read; the message begins with its place."""


class ToolError(ScaffolderError):
    """A program that scaffolder needs is missing, has the wrong version, or failed."""


class ForeignTemplateError(ScaffolderError):
    """Copier could not render somebody else's template; `kind` is the name of the error that it gave."""

    def __init__(self, message: str, *, kind: str, hint: str = "") -> None:
        self.kind = kind
        super().__init__(message, hint=hint)
