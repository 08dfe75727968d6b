"""All kinds by name. A new one is one class and one line here, or an entry point of another package."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from functools import cache
from typing import Final, cast

from scaffolder_fills.kinds.kind import Kind

ENTRY_POINTS: Final = "scaffolder.kinds"
"""The group in which another package names its kinds: `name = "package.module:object"`."""

KINDS: Final[Mapping[str, str]] = {
    "text": "prose:Text",
    "markdown.section": "prose:Section",
    "python.docstring": "code:Docstring",
    "python.body": "code:PythonBody",
    "typescript.body": "code:TypeScriptBody",
    "choices": "words:Choices",
    "names": "words:Names",
    "yaml.map": "tables:YamlMap",
    "sql.rows": "tables:SqlRows",
    "test.cases": "cases:TestCases",
}
"""Name to `module:class` below this package; imported when a slot of the kind is filled."""

OPTIONS: Final[Mapping[str, frozenset[str]]] = {
    "text": frozenset({"max_words"}),
    "markdown.section": frozenset({"max_words"}),
    "python.docstring": frozenset(),
    "python.body": frozenset({"max_lines"}),
    "typescript.body": frozenset({"max_lines"}),
    "choices": frozenset({"of", "at_least", "at_most"}),
    "names": frozenset({"at_least", "at_most"}),
    "yaml.map": frozenset({"at_most"}),
    "sql.rows": frozenset({"fixed", "at_least", "at_most"}),
    "test.cases": frozenset({"at_most"}),
}
"""What a declaration may set for each of our kinds; another package's kind takes what it likes."""


class UnknownKindError(ValueError):
    """A name that no kind has; the text says which there are."""


@cache
def load(name: str) -> Kind:
    """Give a kind by its name.

    Raises:
        UnknownKindError: there is none of this name.
    """
    if name in KINDS:
        module, _, attribute = KINDS[name].partition(":")
        return cast("Kind", getattr(importlib.import_module(f"scaffolder_fills.kinds.{module}"), attribute)())
    from importlib.metadata import entry_points  # noqa: PLC0415 - costs more than all of the rest

    for point in entry_points(group=ENTRY_POINTS, name=name):
        found = point.load()
        return cast("Kind", found() if isinstance(found, type) else found)
    raise UnknownKindError(f"there is no kind {name!r}; there are {', '.join(names())}")


@cache
def names() -> tuple[str, ...]:
    """Give the names of all kinds, ours first."""
    from importlib.metadata import entry_points  # noqa: PLC0415 - costs more than all of the rest

    return (*KINDS, *sorted({point.name for point in entry_points(group=ENTRY_POINTS)} - set(KINDS)))
