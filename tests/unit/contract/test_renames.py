"""What has another name than before: entities, tables, association tables, columns."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from scaffolder.contract import build_contract
from scaffolder.contract.renames import Renames, renames_since
from scaffolder.spec import load_spec_text

HELPDESK = """\
spec: 1
project: desk
entities:
  Case:
    title: string(1..200) was subject
    opener: -> Person? was requester
    labels: <-> Label was tags
    related: <-> Case
    $meta: {renamed_from: [Issue, Ticket]}
  Label:
    text: string(40)
    $meta: {renamed_from: Tag}
  Person:
    name: string
    case: -> Case?
"""
WORK = "agents: {triage: {goal: Sort., output: {priority: int}}}\n"


def renames(text: str, before: Collection[str]) -> Renames:
    spec = load_spec_text(text, "spec.yml").spec
    return renames_since(spec, build_contract(spec), before)


@pytest.mark.parametrize("old", ["Ticket", "Issue"])
def test_an_entity_takes_its_tables_and_columns_along(old: str) -> None:
    found = renames(HELPDESK, {old, "Tag", "Person"})
    low = old.lower()
    assert found.entities == {old: "Case", "Tag": "Label"}
    assert found.tables == {
        f"{low}s": "cases",
        "tags": "labels",
        f"{low}_labels": "case_labels",
        f"{low}_tags": "case_labels",
        f"{low}_related": "case_related",
    }
    assert found.columns == {
        "cases": {"subject": "title", "requester_id": "opener_id"},
        "case_labels": {f"{low}_id": "case_id", "tag_id": "label_id"},
        "case_related": {f"{low}_id": "case_id"},
    }
    assert found.fields == {"Case": {"subject": "title", "requester": "opener", "tags": "labels"}}


def test_a_rename_that_was_done_says_nothing_of_tables() -> None:
    found = renames(HELPDESK, {"Case", "Label", "Person"})
    assert (found.entities, found.tables) == ({}, {"case_tags": "case_labels"})
    assert set(found.columns) == {"cases"}
    assert not renames("spec: 1\nproject: desk\nentities: {Case: {title: text}}\n", {"Ticket"})


def test_a_self_reference_takes_its_other_side_from_the_field() -> None:
    text = "spec: 1\nproject: desk\nentities: {Case: {links: <-> Case was relations}}\n"
    found = renames(text, {"Case"})
    assert found.tables == {"case_relations": "case_links"}
    assert found.columns == {"case_links": {"relation_id": "link_id"}}


@pytest.mark.parametrize(
    ("entities", "before", "found"),
    [
        (
            "Operator: {name: string, $meta: {renamed_from: Agent}}",
            {"Agent", "SystemAgent", "AgentRun"},
            {"Agent": "Operator", "SystemAgent": "Agent"},
        ),
        ("Operator: {name: string, $meta: {renamed_from: Agent}}", {"Operator", "Agent", "AgentRun"}, {}),
        (
            "Message: {text: text, $meta: {renamed_from: Note}}",
            {"Note", "Message"},
            {"Note": "Message", "Message": "SystemMessage"},
        ),
        ("Message: {text: text, $meta: {renamed_from: Note}}", {"Message", "SystemMessage"}, {}),
        ("Note: {text: text}", {"Agent", "SystemAgent"}, {"SystemAgent": "Agent"}),
        ("Plan: {text: text, $meta: {renamed_from: Project}}", {"Project"}, {"Project": "Plan"}),
    ],
    ids=["away from a built-in name", "and again", "to a built-in name", "and again", "removed", "replaced"],
)
def test_a_built_in_entity_makes_way_or_comes_back(entities: str, before: set[str], found: dict[str, str]) -> None:
    text = f"spec: 1\nproject: desk\nentities:\n  {entities}\n{WORK}"
    assert renames(text, before).entities == found


def test_a_field_that_became_a_reference_is_known_by_its_column() -> None:
    text = "spec: 1\nproject: desk\nentities: {A: {b: -> A? was c, d: {type: int, renamed_from: [e, f]}}}\n"
    assert renames(text, {"A"}).columns == {"as": {"c_id": "b_id", "e": "d", "f": "d"}}
