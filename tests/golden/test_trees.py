"""Snapshots of rendered trees: what changes in the output shows in review."""

from hashlib import sha256

import pytest
from syrupy.assertion import SnapshotAssertion

from scaffolder.blueprints import load_catalog
from scaffolder.contract import build_contract, contract_answers
from scaffolder.plan import make_plan
from scaffolder.render import render
from scaffolder.spec import load_spec_text
from scaffolder.tree import Tree
from tests.support.specs import BARE, ODD_NAMES, SMALL, example_text


def tree_of(text: str) -> Tree:
    catalog = load_catalog()
    answers = contract_answers(build_contract(load_spec_text(text, "spec.yml").spec))
    rendered = render(make_plan("agent-backend", catalog, answers), catalog)
    assert rendered.failures == ()
    return rendered.tree


@pytest.mark.parametrize(
    "text", [BARE, SMALL, ODD_NAMES, example_text()], ids=["bare", "small", "odd names", "example"]
)
def test_the_tree(text: str, snapshot: SnapshotAssertion) -> None:
    """Every file with its mode and digest: nothing moves, appears or changes unseen."""
    rows = [f"{file.mode:o} {sha256(file.content).hexdigest()[:12]} {path}" for path, file in tree_of(text).items()]
    assert "\n".join(rows) == snapshot


def test_what_a_small_spec_gives(snapshot: SnapshotAssertion) -> None:
    """The text of every file that depends on the spec, for the smallest spec with one of each."""
    parts = [
        f"===== {path}\n{file.content.decode()}"
        for path, file in tree_of(SMALL).items()
        if file.origin.template.endswith(".jinja")
    ]
    assert "\n".join(parts) == snapshot
