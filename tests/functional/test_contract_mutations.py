"""Change any one name, number, type, status code or flag of a generated project, and the contract validator says so.

`pytest -s` prints how many edits of each kind there are, were tried and were caught. One test tries a few of each
kind, the other all (of openapi.json: 300).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
from scaffolder_validators.contract.check import compare

from tests.support.mutations import Mutation, mutations
from tests.support.projects import Project, project
from tests.support.specs import HELPDESK, NO_AUTH, ODD_NAMES, SMALL, example_text

# Minutes of one core: these run in the session tests-slow.
pytestmark = pytest.mark.slow

SPEC = HELPDESK.read_text(encoding="utf-8") if HELPDESK.is_file() else example_text()
CLEAN = {"helpdesk": SPEC, "example": example_text(), "small": SMALL, "no auth": NO_AUTH, "odd names": ODD_NAMES}
OTHERS = ("agents-only", "chat", "hospital", "names", "relations", "types", "workflows-only")
FOLDER = Path(__file__).parents[1] / "support" / "spec_files"
CLEAN |= {name: (FOLDER / f"{name}.yml").read_text(encoding="utf-8") for name in OTHERS}
MOST = 300
PER_KIND = 6


def edits(rendered: Project) -> dict[str, list[Mutation]]:
    """All edits of a project by their kind."""
    kinds: dict[str, list[Mutation]] = defaultdict(list)
    for one in mutations(rendered.files, rendered.problem_statuses):
        kinds[one.kind].append(one)
    return kinds


def spread(several: list[Mutation], most: int) -> list[Mutation]:
    """At most `most` of them, evenly spread."""
    return [several[number * len(several) // most] for number in range(most)] if len(several) > most else several


def missed(rendered: Project, chosen: Iterable[Mutation]) -> list[Mutation]:
    """Those edits of which the validator says nothing."""
    return [one for one in chosen if not compare(rendered.facts, {**rendered.files, one.path: one.content})]


def table(kinds: Mapping[str, list[Mutation]], tried: Mapping[str, int], lost: list[Mutation]) -> str:
    """How many edits there are, were tried and were caught, by kind."""
    rows = [f"{'kind':34}{'edits':>7}{'tried':>7}{'caught':>8}"]
    for kind in sorted(kinds):
        caught = tried[kind] - sum(one.kind == kind for one in lost)
        rows.append(f"{kind:34}{len(kinds[kind]):7}{tried[kind]:7}{caught:8}")
    total = sum(map(len, kinds.values())), sum(tried.values()), sum(tried.values()) - len(lost)
    return "\n".join([*rows, f"{'all':34}{total[0]:7}{total[1]:7}{total[2]:8}"])


def try_edits(spec: str, most: int) -> tuple[int, list[Mutation]]:
    """Try up to `most` edits of each kind; give how many were tried, and those that were not caught."""
    rendered = project(spec)
    kinds = edits(rendered)
    chosen = {kind: spread(several, most) for kind, several in kinds.items()}
    lost = missed(rendered, (one for several in chosen.values() for one in several))
    print("\n" + table(kinds, {kind: len(several) for kind, several in chosen.items()}, lost))
    return sum(map(len, chosen.values())), lost


@pytest.mark.parametrize("spec", CLEAN.values(), ids=CLEAN)
def test_a_project_as_generated_agrees(spec: str) -> None:
    rendered = project(spec)
    assert [str(one) for one in compare(rendered.facts, rendered.files)] == []


def test_each_single_edit_is_found() -> None:
    tried, lost = try_edits(SPEC, PER_KIND)
    assert tried >= 400
    assert [str(one) for one in lost] == []


@pytest.mark.slow
@pytest.mark.parametrize("spec", [SPEC, ODD_NAMES], ids=["helpdesk", "odd names"])
def test_all_single_edits_are_found(spec: str) -> None:
    tried, lost = try_edits(spec, MOST)
    assert tried >= 3_000
    assert [str(one) for one in lost] == []


def test_a_finding_names_the_file_that_was_edited() -> None:
    rendered = project(SPEC)
    elsewhere = []
    for kind, several in edits(rendered).items():
        one = several[0]
        found = compare(rendered.facts, {**rendered.files, one.path: one.content})
        if kind != "openapi" and not any(said.path == one.path for said in found):
            elsewhere.append(str(one))
    # A renamed class is missed where it is used, and a constant counts where it is read.
    assert len(elsewhere) <= 8, elsewhere
