"""The slots of a rendered tree as jobs for `scaffolder_fills`: their place, kind, goal and material."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from scaffolder_fills.kinds import Place
from scaffolder_fills.prompt import Job
from scaffolder_fills.slot import Slot, SlotError, find_slots, spliced

from scaffolder.blueprints import Blueprint, Catalog
from scaffolder.errors import BlueprintError, StateError
from scaffolder.filling.material import Material
from scaffolder.slots import SlotDeclaration
from scaffolder.tree import Tree

_SHOWN_WITH_FILE = frozenset({"python.body", "python.docstring", "typescript.body", "test.cases"})
"""Kinds whose author must see the code around the slot."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A slot as it was rendered, with what its blueprint says of it; `tests` are targets for pytest."""

    job: Job
    blueprint: str
    tests: tuple[str, ...]


def marked_slots(tree: Tree, catalog: Catalog, material: Material) -> dict[str, Marked]:
    """Give all slots of the tree by id, in the order of the files.

    Raises:
        BlueprintError: a slot is not declared, does not close, or stands twice.
    """
    found: dict[str, Marked] = {}
    for path, file in tree.items():
        blueprint = catalog.blueprints.get(file.origin.blueprint)
        if b" slot" not in file.content or blueprint is None:
            continue
        for slot in _slots(file.content.decode(), path, blueprint.name):
            if slot.id in found:
                other = found[slot.id].job.place.path
                raise BlueprintError(blueprint.name, f"the slot {slot.id} stands in {other} and in {path}")
            found[slot.id] = _marked(slot, path, file.content.decode(), blueprint, material)
    return found


def declaration_of(slot: str, blueprint: Blueprint) -> SlotDeclaration | None:
    """Give what a blueprint declares for a slot; an exact id counts before a pattern."""
    exact = blueprint.slots.get(slot)
    return exact or next((one for one in blueprint.slots.values() if one.item(slot) is not None), None)


def slots_in(text: str, path: str) -> Mapping[str, Slot]:
    """Give the slots of a project's file by id.

    Raises:
        StateError: the comments that mark them are damaged.
    """
    try:
        return {slot.id: slot for slot in find_slots(text, path)}
    except SlotError as error:
        raise StateError(f"{path}, {error}", hint=error.hint) from None


def blanked(text: str, path: str) -> str:
    """Give the text with nothing in its slots."""
    for slot in reversed(list(slots_in(text, path).values())):
        text = spliced(text, slot, "")
    return text


def _slots(text: str, path: str, blueprint: str) -> Iterator[Slot]:
    try:
        yield from find_slots(text, path)
    except SlotError as error:
        raise BlueprintError(blueprint, f"{path}, {error}", hint=error.hint) from None


def _marked(slot: Slot, path: str, text: str, blueprint: Blueprint, material: Material) -> Marked:
    declared = declaration_of(slot.id, blueprint)
    if declared is None:
        raise BlueprintError(
            blueprint.name, f"{path}, line {slot.start}: the slot {slot.id} is not declared in blueprint.yml"
        )
    shown = material.of(slot.id, declared)
    if declared.kind in _SHOWN_WITH_FILE:
        shown |= {f"{path}, the file with the slot": text}
    place = Place(slot.id, path, slot.indent, slot.text, declared.options)
    return Marked(Job(place, declared.kind, declared.goal, shown), blueprint.name, declared.tests_of(slot.id))
