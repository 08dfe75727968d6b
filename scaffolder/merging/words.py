"""A name in all the forms that generated code has of it, found in texts at the borders of words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import inflection

from scaffolder.naming import Names

TOKEN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
MARK: Final = "\0"
"""What no text has: files with it are binary."""


class Words:
    """Words to replace in a text, the longest first."""

    def __init__(self, words: Mapping[str, str]) -> None:
        self._words = words
        ordered = sorted(words, key=lambda one: (-len(one), one))
        self._pattern = re.compile("|".join(map(bordered, ordered)) or r"(?!)")

    def sub(self, text: str) -> str:
        """Give the text with each word replaced."""
        return self._pattern.sub(lambda match: self._words[match[0]], text)


def bordered(form: str) -> str:
    """Give the pattern that finds a form as a word, or as a part of a name in its case: `ticket` in `ticket_id`."""
    if form.isupper() and len(form) > 1:
        return rf"(?<![A-Za-z0-9]){re.escape(form)}(?![A-Za-z0-9])"
    before = r"(?<![A-Z])" if form[0].isupper() else r"(?<![A-Za-z0-9])"
    return rf"{before}{re.escape(form)}(?![a-z0-9])"


@lru_cache
def cases(name: str) -> tuple[str, ...]:
    """Give all forms of a name, those of code first; the same place is the same form of every name."""
    names = Names.of(name)
    return (
        names.snake, names.plural_snake, names.pascal, names.plural_pascal, names.camel, names.plural_camel,
        names.kebab, names.plural_kebab, names.constant, names.plural_snake.upper(), names.title, names.plural_title,
        names.title.lower(), names.plural_title.lower(),
    )  # fmt: skip


@lru_cache
def forms(name: str) -> frozenset[str]:
    """Give all forms of a name and, when it is a plural (`tags`), those of the singular (`tag_ids`)."""
    one = inflection.singularize(name)
    return frozenset(cases(name)) | frozenset(cases(one) if one.strip("_") else ())
