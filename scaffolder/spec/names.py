"""Names that generated code can have: their characters, their length, and that no two become the same."""

from __future__ import annotations

import re

from scaffolder.naming import IDENTIFIER_LIMIT, PYTHON_KEYWORDS, Names, split_words
from scaffolder.spec.problems import Place, Problems, quote

_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
_HYPHENATED = re.compile(r"[A-Za-z][A-Za-z0-9_-]*\Z")
_NOT_WORD = re.compile(r"[^A-Za-z0-9]+")

EXPRESSION_WORDS = PYTHON_KEYWORDS | {"input", "true", "false", "null", "env"}
"""Names that an expression could not say; nodes of workflows cannot have them."""


class NameChecker:
    """Checks the names of one namespace (all entities; the fields of one entity) as they come."""

    def __init__(self, problems: Problems, what: str, *, hyphens: bool = False) -> None:
        self._problems = problems
        self._what = what
        self._hyphens = hyphens
        self._claimed: dict[str, str] = {}

    def check(self, name: str, at: Place) -> bool:
        """Return whether `name` has only characters that every language takes, adding a problem when not."""
        pattern = _HYPHENATED if self._hyphens else _IDENTIFIER
        if pattern.match(name) and split_words(name):
            if len(name) <= IDENTIFIER_LIMIT:
                return True
            message = f"{self._what} {quote(name)} has {len(name)} characters; databases keep {IDENTIFIER_LIMIT}"
            self._problems.error(at, "name-length", message, "use a shorter name and a label")
            return False
        message = f"{quote(name)} is no name for {_article(self._what)}"
        self._problems.error(at, "name", message, self._hint(name))
        return False

    def claim(self, form: str, name: str, at: Place, kind: str = "") -> bool:
        """Return whether no other name became `form` (this name in the case of `kind`), adding a problem if one did."""
        if len(form) > IDENTIFIER_LIMIT and kind in {"table", "column"}:
            message = f"{self._what} {quote(name)}: the {kind} {quote(form)} has {len(form)} characters"
            hint = f"databases keep {IDENTIFIER_LIMIT}: use a shorter name and a label"
            self._problems.error(at, "name-length", message, hint)
            return False
        other = self._claimed.setdefault(f"{kind}:{form}", name)
        if other == name:
            return True
        message = f"{self._what} {quote(name)} and {self._what} {quote(other)} both become {quote(form)}"
        self._problems.error(at, "name-collision", message, "rename one of them")
        return False

    def _hint(self, name: str) -> str:
        if not name.isascii():
            if self._what in {"entity", "field"}:
                inside = "$meta: {label: …}" if self._what == "entity" else "{type: …, label: …}"
                return f"use ASCII letters here, and say {quote(name)} as its label: {inside}"
            return "use ASCII letters, digits and _"
        cleaned = _NOT_WORD.sub("-" if self._hyphens else "_", name).strip("-_").lstrip("0123456789-_")
        if not cleaned or cleaned == name:
            return "names start with a letter and hold letters, digits and _"
        if self._what == "entity":
            cleaned = Names.of(cleaned).pascal
        return f"did you mean {quote(cleaned)}?"


def _article(what: str) -> str:
    return f"an {what}" if what[0] in "aeiou" else f"a {what}"
