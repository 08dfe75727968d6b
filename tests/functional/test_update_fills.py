"""Fills through an update: what a model wrote is replayed, what a person made of it is that person's."""

from __future__ import annotations

from pathlib import Path

import pytest
from scaffolder_fills.fill import Settings

from scaffolder import pipeline
from scaffolder.drift import check
from scaffolder.explain import explain
from scaffolder.fill import fill
from scaffolder.filling.run import FillRequest
from scaffolder.input import SpecSource
from scaffolder.pipeline import CopyRequest, copy
from scaffolder.update import UpdateRequest, update
from tests.support.askers import Told
from tests.support.blueprints import snapshot
from tests.support.specs import SMALL

SLOT = "readme.introduction"
SAID = "Said by a test."


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project whose README was filled."""
    root = tmp_path / "project"
    copy(CopyRequest("agent-backend", root, SpecSource("small.yml", content=SMALL.encode()), validate=False))
    report = fill(FillRequest(root, (SLOT,), Settings(), validate=False, test=False), Told({}))
    assert report.status == "written"
    return root


def text(root: Path) -> str:
    return (root / "README.md").read_text()


def test_a_fill_is_no_drift_and_is_replayed(root: Path) -> None:
    assert check(root).is_clean
    before = snapshot(root)
    assert update(UpdateRequest(root, validate=False)).status == "current"
    assert snapshot(root) == before
    line = text(root).splitlines().index(SAID) + 1
    assert explain(root, "README.md", line, pipeline.catalog()).origin == "fill"


def test_what_a_person_made_of_a_fill_stays(root: Path) -> None:
    (root / "README.md").write_text(text(root).replace(SAID, "Said by me."))
    (root / "scaffold.yml").write_text(SMALL.replace("name: notes", "name: memos"))
    report = update(UpdateRequest(root, validate=False))
    assert (report.status, report.conflicts) == ("updated", ())
    assert f"{SLOT}: you edited it, so it keeps your text" in report.not_done
    assert "Said by me." in text(root)
    assert text(root).startswith("# Memos\n")
    assert check(root).is_clean


def test_a_fill_that_was_made_of_another_spec_goes_and_is_named(root: Path) -> None:
    (root / "scaffold.yml").write_text(SMALL.replace("name: notes", "name: memos"))
    report = update(UpdateRequest(root, validate=False))
    assert SAID not in text(root)
    assert [line for line in report.not_done if line.startswith(SLOT)] == [
        f"{SLOT}: it was filled for something else than this; `scaffolder fill` asks again"
    ]
    assert check(root).is_clean


OLD_SLOT, NEW_SLOT = "entities.note.docstring", "entities.memo.docstring"
RENAMED = (
    SMALL.replace("Note:", "Memo:")
    .replace("    labels: <-> Label", "    labels: <-> Label\n    $meta: {renamed_from: Note}")
    .replace("[Note]", "[Memo]")
    .replace("entity: Note", "entity: Memo")
)


def test_a_fill_of_an_entity_that_has_another_name_is_asked_for_again(root: Path) -> None:
    # What the model was shown had the old name in it: its words may be wrong for the new one.
    fill(FillRequest(root, (OLD_SLOT,), Settings(), validate=False, test=False), Told({}))
    assert "Said by a test" in (root / "app/models/note.py").read_text()
    (root / "scaffold.yml").write_text(RENAMED)
    report = update(UpdateRequest(root, validate=False))
    assert (report.status, report.conflicts) == ("updated", ())
    assert f"{NEW_SLOT}: it was filled as {OLD_SLOT}; `scaffolder fill` asks again" in report.not_done
    assert "Said by a test" not in (root / "app/models/memo.py").read_text()
    asked = Told({})
    done = fill(FillRequest(root, ("entities.*.docstring",), Settings(), validate=False, test=False), asked)
    assert NEW_SLOT in {request.slot for request in asked.asked}
    assert done.status == "written"
    assert "Said by a test" in (root / "app/models/memo.py").read_text()
    assert check(root).is_clean


def test_what_a_person_made_of_a_fill_moves_along(root: Path) -> None:
    fill(FillRequest(root, (OLD_SLOT,), Settings(), validate=False, test=False), Told({}))
    model = root / "app/models/note.py"
    model.write_text(model.read_text().replace("Said by a test", "Said by me"))
    (root / "scaffold.yml").write_text(RENAMED)
    report = update(UpdateRequest(root, validate=False))
    assert (report.status, report.conflicts) == ("updated", ())
    text = (root / "app/models/memo.py").read_text()
    assert f"# slot: {NEW_SLOT}" in text
    assert "Said by me" in text
    assert [line for line in report.not_done if line.startswith("entities.memo")] == [
        f"{NEW_SLOT}: you edited it, so it keeps your text"
    ]
    asked = Told({})
    fill(FillRequest(root, ("entities.*.docstring",), Settings(), validate=False, test=False), asked)
    assert NEW_SLOT not in {request.slot for request in asked.asked}
    assert "Said by me" in (root / "app/models/memo.py").read_text()
