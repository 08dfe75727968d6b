"""Who wrote which line of a project."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffolder import pipeline
from scaffolder.errors import StateError
from scaffolder.input import SpecSource
from scaffolder.pipeline import CopyRequest
from scaffolder.project import Project

FILE = "app/utilities/errors.py"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    spec = SpecSource("spec.yml", content=b"spec: 1\nproject: {name: shop}\n")
    pipeline.copy(CopyRequest("utilities", tmp_path / "shop", spec))
    return tmp_path / "shop"


def test_what_nobody_touched_is_the_templates(root: Path) -> None:
    project = Project(root)
    last = (root / FILE).read_bytes().count(b"\n")
    assert {project.origin_of(FILE, line) for line in range(1, last + 1)} == {"template"}


def test_lines_that_a_person_added_or_changed_are_theirs(root: Path) -> None:
    lines = (root / FILE).read_text().splitlines(keepends=True)
    lines[4:4] = ["# mine\n"]
    lines[10] = "changed = 1\n"
    (root / FILE).write_text("".join(lines))
    project = Project(root)
    theirs = [line for line in range(1, len(lines) + 1) if project.origin_of(FILE, line) == "person"]
    assert theirs == [5, 11]


def test_a_file_that_no_run_wrote_is_a_persons(root: Path) -> None:
    (root / "mine.py").write_text("x = 1\n")
    assert Project(root).origin_of("mine.py", 1) == "person"
    assert Project(root).origin_of("not-there.py", 1) == "person"


def test_in_a_folder_that_no_run_made_nobody_can_say(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    project = Project(tmp_path)
    assert project.origin_of("a.py", 1) is None
    assert project.spec is None
    assert len(project.base) == 0


def test_a_damaged_state_is_an_error_of_ours(root: Path) -> None:
    (root / ".scaffold/lock.json").write_text("<<<<<<< ours\n")
    with pytest.raises(StateError):
        Project(root).origin_of(FILE, 1)
