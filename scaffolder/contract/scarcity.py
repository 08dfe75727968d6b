"""Which tables can only have few rows, because a unique value of theirs has few values; tests must share such rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import prod

from scaffolder.contract.entity_model import Entity, Field, Reference

_FEW = 20
"""More rows of one table than this are not made in one test."""


def share_scarce_rows(entities: tuple[Entity, ...]) -> tuple[Entity, ...]:
    """Return the entities with each reference marked whose targets tests must share."""
    scarce = _scarce(entities)
    single = {entity.name for entity in entities if _one_for_each_owner(entity)}
    return tuple(
        replace(
            entity,
            references=tuple(
                replace(item, shared=True) if _is_shared(entity, item, scarce, single) else item
                for item in entity.references
            ),
        )
        for entity in entities
    )


def _is_shared(entity: Entity, item: Reference, scarce: set[str], single: set[str]) -> bool:
    if any(unique.attrs == (item.attr,) for unique in entity.uniques):
        return False
    return item.target in scarce or (entity.owner is not None and not item.owner and item.target in single)


def _one_for_each_owner(entity: Entity) -> bool:
    return entity.owner is not None and any(unique.attrs == (entity.owner.attr,) for unique in entity.uniques)


def _scarce(entities: tuple[Entity, ...]) -> set[str]:
    found: set[str] = set()
    count = -1
    while count < len(found):
        count = len(found)
        found |= {entity.name for entity in entities if _is_scarce(entity, found)}
    return found


def _is_scarce(entity: Entity, scarce: set[str]) -> bool:
    fields = {field.attr: field for field in entity.fields}
    return any(prod(_values(fields, attr, scarce) for attr in unique.attrs) < _FEW for unique in entity.uniques)


def _values(fields: Mapping[str, Field], attr: str, scarce: set[str]) -> int:
    field = fields[attr]
    if field.nullable:
        return _FEW
    if field.reference:
        return 2 if field.reference in scarce else _FEW
    return field.distinct or _FEW
