"""The slots of rendered projects: each is declared once, and its own static text is one that a fill could be."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from scaffolder_fills.guard import guard
from scaffolder_fills.kinds import Place, load
from scaffolder_fills.slot import Slot, find_slots

from scaffolder.blueprints import Catalog, load_catalog
from scaffolder.contract import build_contract, contract_answers
from scaffolder.plan import make_plan
from scaffolder.render import render
from scaffolder.slots import SlotDeclaration
from scaffolder.spec import load_spec_text
from scaffolder.tree import Tree
from tests.support.specs import BARE, FILES, HELPDESK, ODD_NAMES, SMALL, example_text, needs_helpdesk

TEXTS = {"bare": BARE, "small": SMALL, "odd": ODD_NAMES, "example": example_text()}
SPECS = [*TEXTS, *FILES, pytest.param("helpdesk", marks=needs_helpdesk)]


@cache
def _catalog() -> Catalog:
    return load_catalog()


@cache
def _tree(spec: str) -> Tree:
    text = TEXTS.get(spec) or (HELPDESK if spec == "helpdesk" else FILES[spec]).read_text()
    answers = contract_answers(build_contract(load_spec_text(text, "spec.yml").spec))
    rendered = render(make_plan("agent-backend", _catalog(), answers), _catalog())
    assert rendered.failures == ()
    return rendered.tree


@cache
def _slots(spec: str) -> tuple[tuple[str, str, Slot], ...]:
    """Path, text and slot."""
    texts = {path: file.content.decode() for path, file in _tree(spec).items() if b" slot" in file.content}
    return tuple((path, text, slot) for path, text in texts.items() for slot in find_slots(text))


def _declared(slot: str, blueprint: str) -> SlotDeclaration:
    declarations = _catalog().blueprints[blueprint].slots.values()
    found = [one for one in declarations if one.item(slot) is not None]
    assert len(found) == 1, f"{slot} is declared {len(found)} times in {blueprint}"
    return found[0]


@pytest.mark.parametrize("spec", SPECS)
def test_every_slot_is_declared_once_and_stands_once(spec: str) -> None:
    for path, _, slot in _slots(spec):
        _declared(slot.id, _tree(spec)[path].origin.blueprint)
    assert [name for name, count in Counter(slot.id for _, _, slot in _slots(spec)).items() if count > 1] == []


@pytest.mark.parametrize("spec", SPECS)
def test_the_static_text_is_accepted(spec: str) -> None:
    """A slot whose own text the guard refuses, or that its kind cannot write, could never be filled."""
    for path, text, slot in _slots(spec):
        declared = _declared(slot.id, _tree(spec)[path].origin.blueprint)
        assert guard(path, text, slot.id, slot.text, declared.kind) == text
        kind = load(declared.kind)
        assert Path(path).suffix in kind.suffixes
        assert kind.schema(Place(slot.id, path, slot.indent, slot.text, declared.options)).model_fields


@pytest.mark.parametrize("spec", SPECS)
def test_context_and_tests_exist(spec: str) -> None:
    tree = _tree(spec)
    for path, _, slot in _slots(spec):
        declared = _declared(slot.id, tree[path].origin.blueprint)
        named = [*declared.tests_of(slot.id), *(one for one in declared.context_of(slot.id) if "/" in one)]
        assert [one for one in named if one not in tree] == [], slot.id


def test_every_declaration_is_used() -> None:
    used = {
        (blueprint, _declared(slot.id, blueprint).pattern)
        for spec in [*TEXTS, *FILES]
        for path, _, slot in _slots(spec)
        for blueprint in [_tree(spec)[path].origin.blueprint]
    }
    assert used == {(one.name, pattern) for one in _catalog().blueprints.values() for pattern in one.slots}


def test_goals_are_short_and_code_has_tests() -> None:
    for blueprint in _catalog().blueprints.values():
        for slot in blueprint.slots.values():
            assert 10 <= len(slot.goal.split()) <= 80, slot.pattern
            assert slot.context, slot.pattern
            assert slot.tests or slot.kind not in {"python.body", "test.cases", "sql.rows"}, slot.pattern


@needs_helpdesk
def test_a_real_project_has_as_many_as_are_worth_filling() -> None:
    assert 20 <= len(_slots("helpdesk")) <= 30
