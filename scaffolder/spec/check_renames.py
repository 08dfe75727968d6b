"""Names that entities and fields had before: each leads from one name, which is free now, to one other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scaffolder.naming import Names, column_name, split_words
from scaffolder.spec.draft import Draft
from scaffolder.spec.entities import BUILT_IN_COLUMNS, META, RESERVED_COLUMNS, column_of
from scaffolder.spec.names import NameChecker
from scaffolder.spec.problems import Place, Problems, quote

KEY = "renamed_from"


def check_renames(draft: Draft, problems: Problems) -> None:
    """Add what is wrong with the former names of entities and of their fields."""
    entities = {_entity_form(name): name for name in draft.entities if split_words(name)}
    if draft.auth is not None:
        entities.setdefault("user", "User")
    namespace = _Namespace("entity", entities, NameChecker(problems, "entity"), {})
    for name, entity in draft.entities.items():
        if entity.meta.renamed_from and name == "User" and draft.auth is not None:
            at = draft.at("entities", name, META, KEY)
            problems.error(at, "renamed", "User is built in, and was never called anything else", f"remove {KEY}")
        else:
            olds = _placed(draft, entity.meta.renamed_from, "entities", name, META, KEY)
            _check(problems, namespace, name, olds)
        _check_fields(draft, problems, name)


def _check_fields(draft: Draft, problems: Problems, entity: str) -> None:
    given = draft.entities[entity].fields
    if not any(field.renamed_from for field in given.values()):
        return
    there = {column_of(name, field): name for name, field in given.items() if split_words(name)}
    there |= {column_name(name): name for name in given if split_words(name)}
    there |= {column: column for column in (*BUILT_IN_COLUMNS, *RESERVED_COLUMNS)}
    namespace = _Namespace("field", there, NameChecker(problems, "field"), {})
    for name, field in given.items():
        _check(problems, namespace, name, _placed(draft, field.renamed_from, "entities", entity, name, KEY))


@dataclass(frozen=True, slots=True)
class _Namespace:
    """The names there are (by what they become), and which former names were given to whom so far."""

    what: str
    there: Mapping[str, str]
    names: NameChecker
    taken: dict[str, str]

    def form(self, name: str) -> str:
        return _entity_form(name) if self.what == "entity" else column_name(name)


def _placed(draft: Draft, olds: tuple[str, ...], *path: str) -> Iterable[tuple[str, Place]]:
    return [(old, draft.at(*path, index)) for index, old in enumerate(olds)]


def _check(problems: Problems, namespace: _Namespace, name: str, olds: Iterable[tuple[str, Place]]) -> None:
    what = namespace.what
    for old, at in olds:
        if not namespace.names.check(old, at):
            continue
        form = namespace.form(old)
        there = namespace.there.get(form)
        if there == name:
            # `URLMap` was perhaps `UrlMap`: the same table, but another class.
            if what == "field" or Names.of(old) == Names.of(name):
                message = f"{what} {quote(name)} cannot have been {quote(old)}, which is the same name"
                problems.error(at, "renamed", message, "say what it was called before")
        elif there is not None:
            message = f"{what} {quote(name)} cannot have been {quote(old)}, which is still there"
            problems.error(at, "renamed", message, "remove the former name, or what still has it")
        elif namespace.taken.setdefault(form, name) != name:
            both = f"{what} {quote(name)} and {what} {quote(namespace.taken[form])}"
            message = f"{both} cannot both have been {quote(old)}"
            problems.error(at, "renamed", message, "keep one of them")


def _entity_form(name: str) -> str:
    return Names.of(name).snake
