"""Plans: order, what belongs to a run, and storing one for later."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scaffolder.blueprints import Catalog, load_catalog
from scaffolder.errors import PlanError, SourceError
from scaffolder.plan import Plan, check_plan, make_plan, phase_order
from tests.support.blueprints import write_blueprint


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    write_blueprint(tmp_path / "core", {"core.txt": "x\n"})
    write_blueprint(
        tmp_path / "models",
        {"{% yield e from entities %}{{ e }}.txt{% endyield %}.jinja": "{{ e }}\n"},
        questions="entities: {type: yaml}\n",
        meta="requires: [core]\nslots:\n  a.*: {kind: text, goal: Say it.}\n",
    )
    write_blueprint(tmp_path / "agents", {"agents.txt": "x\n"}, meta="requires: [models, core]\n")
    (tmp_path / "stacks.yml").write_text(
        "all: {description: All., blueprints: [agents, models, core]}\n"
        "gap: {description: Lacks one., blueprints: [models]}\n"
    )
    return load_catalog(tmp_path)


def test_phases_follow_what_is_required(catalog: Catalog) -> None:
    plan = make_plan("all", catalog, {"entities": ["b", "a"], "other": 1})

    assert plan.phases == (("core",), ("models",), ("agents",))
    assert plan.step("models").files == ("a.txt", "b.txt")
    assert plan.step("models").slots == ("a.*",)
    assert plan.answers_of("models") == {"entities": ["b", "a"]}
    assert "other" not in plan.answers


def test_names_within_a_phase_are_sorted_whatever_the_order_of_the_stack() -> None:
    assert phase_order({"b": [], "a": [], "d": ["a"], "c": ["b", "a"]}) == (("a", "b"), ("c", "d"))


def test_a_circle_is_spelt_out() -> None:
    with pytest.raises(PlanError, match="circle: b -> c -> b"):
        phase_order({"a": ["b"], "b": ["c"], "c": ["b"], "d": []})


def test_one_blueprint_comes_alone_and_says_what_it_lacks(catalog: Catalog) -> None:
    plan = make_plan("agents", catalog, {})

    assert plan.phases == (("agents",),)
    assert plan.notes == ("agents requires models, core, which this run does not render",)


def test_a_stack_must_hold_what_its_members_require(catalog: Catalog) -> None:
    with pytest.raises(PlanError, match="stack gap: models requires core, which the stack lacks"):
        make_plan("gap", catalog, {"entities": []})


def test_an_unknown_source_lists_what_there_is(catalog: Catalog) -> None:
    with pytest.raises(SourceError, match=r"no stack or blueprint 'nope'.*all, gap, agents, core, models"):
        make_plan("nope", catalog, {})


def test_a_stored_plan_is_the_same_plan(catalog: Catalog) -> None:
    plan = make_plan("all", catalog, {"entities": ["\u00e9", "b"]})

    again = Plan.from_json(plan.to_json())

    assert again == plan
    check_plan(again, catalog)


def test_a_stored_plan_refuses_changed_blueprints(catalog: Catalog) -> None:
    stored = make_plan("all", catalog, {"entities": []}).to_json()
    (catalog.root / "core/template/core.txt").write_text("new\n")

    with pytest.raises(PlanError, match="the blueprint core is not the one that was planned"):
        check_plan(Plan.from_json(stored), load_catalog(catalog.root))


@pytest.mark.parametrize("change", ["version", "steps", "answers", "phases"])
def test_refuses_what_is_no_plan(catalog: Catalog, change: str) -> None:
    data = json.loads(make_plan("all", catalog, {"entities": []}).to_json())
    del data[change]
    with pytest.raises(PlanError, match=f"'{change}' is missing"):
        Plan.from_json(json.dumps(data))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 99}', "null"])
def test_refuses_other_files(text: str) -> None:
    with pytest.raises(PlanError):
        Plan.from_json(text)


def test_missing_answers_are_left_for_rendering_to_report(catalog: Catalog) -> None:
    assert make_plan("all", catalog, {}).step("models").files == ()
