"""Collects the problems of one file, so that all of them are reported together, with the nearest right spelling."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, Protocol

from scaffolder.problem import Problem, Severity

REPORT_LIMIT = 200
"""After this many errors the file is surely not what the user meant, and the rest is only counted."""

_SUGGESTION_LIMIT = 50
_OPTION_LIMIT = 2_000
_NAME_LIMIT = 80
_TEXT_LIMIT = 600


class Place(Protocol):
    """Something with a line and a column, both from 1."""

    @property
    def line(self) -> int:
        """The line; 0 means the file as a whole."""

    @property
    def column(self) -> int:
        """The column, in characters."""


class Position(NamedTuple):
    """A place where no value stands."""

    line: int
    column: int


def quote(text: str) -> str:
    """Return `text` for a message: quoted, on one line, and not longer than a name should be."""
    return f"'{_printable(text, _NAME_LIMIT)}'"


def _printable(text: str, limit: int) -> str:
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    return cut if cut.isprintable() else "".join(character if character.isprintable() else "�" for character in cut)


def nearest(name: str, options: Iterable[str]) -> str | None:
    """Return the option that `name` was probably meant to be, or None."""
    # difflib takes 5 ms to import, which a spec without problems need not pay.
    from difflib import get_close_matches  # noqa: PLC0415

    by_lower = {option.lower(): option for option in options}
    wanted = name.lower()[:_NAME_LIMIT]
    if wanted in by_lower:
        return by_lower[wanted]
    candidates = [option for option in by_lower if abs(len(option) - len(wanted)) <= 1 + len(wanted) // 2]
    if len(candidates) > _OPTION_LIMIT:
        candidates = [option for option in candidates if option[:1] == wanted[:1]][:_OPTION_LIMIT]
    found = get_close_matches(wanted, candidates, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None


class Problems:
    """The problems found so far in `file`."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._found: list[Problem] = []
        self._uncounted = 0
        self._former: dict[str, list[str]] = {}
        self.errors = 0

    @property
    def failed(self) -> bool:
        """Whether an error was found."""
        return self.errors > 0

    def error(self, at: Place, code: str, message: str, hint: str = "") -> None:
        """Add an error."""
        self.errors += 1
        self._add(at, code, "error", message, hint)

    def warning(self, at: Place, code: str, message: str, hint: str = "") -> None:
        """Add a warning: the spec is used, but not quite as it was written."""
        self._add(at, code, "warning", message, hint)

    def unknown(self, at: Place, code: str, what: str, name: str, options: Iterable[str]) -> None:
        """Add an error about `name`, which is none of `options`; the hint is the nearest of them, or all if few."""
        self.error(at, code, f"unknown {what} {quote(name)}", self.suggest(name, options))

    def renamed(self, old: str, new: str) -> None:
        """Remember a former name, for hints about those who still say it."""
        self._former.setdefault(old, []).append(new)

    def suggest(self, name: str, options: Iterable[str]) -> str:
        """Return a hint: the option nearest to `name`, or all of them if few; empty when there is nothing to say."""
        if self.errors > _SUGGESTION_LIMIT:
            return ""
        known = list(options)
        now = next((new for new in self._former.get(name, ()) if new in known), None)
        if now is not None:
            return f"it is called {quote(now)} now"
        if guess := nearest(name, known):
            return f"did you mean {quote(guess)}?"
        if known and len(known) <= 20:
            return "known: " + ", ".join(sorted(known))
        return ""

    def sorted(self) -> tuple[Problem, ...]:
        """Return all problems in the order of the file; an error about the number of those left out comes last."""
        problems = sorted(self._found)
        if self._uncounted:
            message = f"{self._uncounted} more problems are not shown"
            problems.append(Problem(self.file, 0, 0, "too-many", "error", message))
        return tuple(problems)

    def _add(self, at: Place, code: str, severity: Severity, message: str, hint: str) -> None:
        if len(self._found) >= REPORT_LIMIT:
            self._uncounted += 1
            return
        # Keys of the user's stand in messages (`agents.KEY.goal`); what prints them relies on one line without escapes.
        texts = (_printable(message, _TEXT_LIMIT), _printable(hint, _TEXT_LIMIT))
        self._found.append(Problem(self.file, at.line, at.column, code, severity, *texts))
