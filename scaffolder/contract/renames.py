"""What the spec calls by another name than the project did before: entities, tables, columns.

A former name stays in the spec for as long as there may be projects, or databases, that still have it. So it says what
could have changed; what did change depends on the entities that the last run knew.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import inflection

from scaffolder.contract.entity_model import Entity, Many
from scaffolder.contract.model import Contract
from scaffolder.naming import Names, column_name, snake, sql_identifier
from scaffolder.spec.model import FieldSpec, Spec


@dataclass(frozen=True, slots=True)
class Renames:
    """Old name -> new name.

    `entities` are those that the last run had under the old name, built-in ones included (`SystemAgent` is `Agent`
    again when the user's own `Agent` has another name). `tables` are theirs and the association tables between
    entities. `columns` are by new table: of entities all former names of a field, of which a project had one at most,
    or none when the rename was done long ago; of association tables those that lead to a renamed entity. `fields` are
    the former names of fields as the spec writes them, by new entity; they too may have been settled long ago.
    """

    entities: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    fields: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Tell whether there is any."""
        return bool(self.entities or self.tables or self.columns or self.fields)


def renames_since(spec: Spec, contract: Contract, before: Collection[str]) -> Renames:
    """Tell what has another name than before.

    Args:
        spec: The spec of now, with the former names in it.
        contract: What it was resolved to.
        before: The names of all entities of the last run, built-in ones included.
    """
    entities = _entities(spec, contract, before)
    found = _Tables({new: old for old, new in entities.items()}, {_table(name) for name in before})
    fields: dict[str, dict[str, str]] = {}
    for entity in contract.entities:
        given = spec.entities.get(entity.name)
        former = {name: item for name, item in given.fields.items() if item.renamed_from} if given else {}
        if former:
            fields[entity.name] = {one: name for name, item in former.items() for one in item.renamed_from}
        found.add(entity, former)
    return Renames(entities, found.tables, {name: of for name, of in found.columns.items() if of}, fields)


class _Tables:
    """Collects tables and columns; `was` is new -> old of entities, `before` the tables of entities of before."""

    def __init__(self, was: Mapping[str, str], before: Collection[str]) -> None:
        self.tables: dict[str, str] = {}
        self.columns: dict[str, dict[str, str]] = {}
        self._was, self._before = was, before

    def add(self, entity: Entity, former: Mapping[str, FieldSpec]) -> None:
        """Add the tables of an entity; `former` are its fields that have another name than before."""
        _note(self.tables, _table(self._old(entity.name)), entity.table)
        columns = self.columns.setdefault(entity.table, {})
        for name, item in former.items():
            if item.type != "many":
                for one in item.renamed_from:
                    _note(columns, _column(one, item), _column(name, item))
        for many in entity.many:
            names = next((item.renamed_from for name, item in former.items() if snake(name) == many.name), ())
            for relation in (many.name, *map(snake, names)):
                self._association(self._old(entity.name), relation, many)

    def _old(self, name: str) -> str:
        return self._was.get(name, name)

    def _association(self, entity: str, relation: str, many: Many) -> None:
        """Add the association table that was called by the old name of its entity and by `relation`."""
        table = sql_identifier(snake(entity), relation)
        if table in self._before:
            table = sql_identifier(snake(entity), relation, "links")
        _note(self.tables, table, many.table)
        target = self._old(many.target)
        left = f"{snake(entity)}_id"
        right = f"{inflection.singularize(relation) if target == entity else snake(target)}_id"
        columns = self.columns.setdefault(many.table, {})
        _note(columns, left, many.left_column)
        _note(columns, right if right != left else f"other_{right}", many.right_column)


def _entities(spec: Spec, contract: Contract, before: Collection[str]) -> dict[str, str]:
    renames: dict[str, str] = {}
    known = {one.name for one in contract.entities}
    for name, entity in spec.entities.items():
        old = next((one for one in entity.meta.renamed_from if one in before), None)
        # A built-in entity may have had the new name, or have the old one now: then it has another name itself.
        settled = name in before and not _makes_way(name, contract, before)
        if old is not None and not settled and name in known:
            renames[old] = name
    for key, item in contract.builtin.items():
        system = f"System{key}"
        if item.name == key and system in before and system not in known:
            renames[system] = key
        elif item.name == system and key in before and system not in before and key in renames.values():
            renames[key] = system
    return renames


def _makes_way(name: str, contract: Contract, before: Collection[str]) -> bool:
    """Tell whether the `name` of before was a built-in entity, which has given it to the user's of that name."""
    builtin = contract.builtin.get(name)
    return builtin is not None and builtin.name != name and builtin.name not in before


def _note(found: dict[str, str], old: str, new: str) -> None:
    if old != new:
        found[old] = new


def _table(name: str) -> str:
    return sql_identifier(Names.of(name).plural_snake)


def _column(name: str, item: FieldSpec) -> str:
    return f"{snake(name)}_id" if item.type == "reference" else column_name(name)
