"""Filling the slots of a real project: what is kept, what stays, what is locked, what a person wrote."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from scaffolder_fills.fill import Settings
from scaffolder_fills.lock import file_of
from scaffolder_fills.request import Asker, Unavailable

from scaffolder.errors import DestinationError, SourceError, StateError
from scaffolder.fill import fill, preview
from scaffolder.filling.listing import list_slots
from scaffolder.filling.report import FillReport
from scaffolder.filling.run import FillRequest
from scaffolder.input import SpecSource
from scaffolder.pipeline import CopyRequest, catalog, copy
from scaffolder.project import Project
from tests.support.askers import TEXT, Told
from tests.support.specs import SMALL

SLOT = "readme.introduction"
RULES = "entities.note.rules"


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a project as `copy` makes it; nobody writes into it."""
    folder = tmp_path_factory.mktemp("fill") / "project"
    copy(CopyRequest("agent-backend", folder, SpecSource("small.yml", content=SMALL.encode()), validate=False))
    return folder


@pytest.fixture
def project(rendered: Path, tmp_path: Path) -> Path:
    """Give a copy of the project."""
    return Path(shutil.copytree(rendered, tmp_path / "project"))


def run(project: Path, asker: Asker | None, *slots: str, validate: bool = False, **settings: Any) -> FillReport:
    """Fill slots without running their tests."""
    return fill(FillRequest(project, slots, Settings(**settings), validate=validate, test=False), asker)


def files_of(project: Path) -> Mapping[str, bytes]:
    """Give all files of a project."""
    return {path.relative_to(project).as_posix(): path.read_bytes() for path in project.rglob("*") if path.is_file()}


def states(report: FillReport) -> dict[str, str]:
    """Give the state of each slot."""
    return {outcome.slot: outcome.state for outcome in report.outcomes}


def test_a_fill_changes_its_slot_and_nothing_else(project: Path) -> None:
    before = files_of(project)
    report = run(project, Told({}), SLOT)
    after = files_of(project)
    changed = {path for path in after if after[path] != before.get(path)}
    assert changed == {"README.md", file_of(SLOT), ".scaffold/lock.json", ".scaffold/base.jsonl"}
    assert b"Said by a test." in after["README.md"]
    assert (report.status, report.files, states(report)) == ("written", ("README.md",), {SLOT: "filled"})
    assert report.tokens == 120
    assert Project(project).origin_of("README.md", _line(project, "README.md", "Said by a test.")) == "fill"
    assert Project(project).origin_of("README.md", 1) == "template"


def test_a_second_run_asks_nobody_and_writes_nothing(project: Path) -> None:
    everything = Told({})
    first = run(project, everything)
    assert "static" not in states(first).values()
    before, asker = files_of(project), Told({})
    report = run(project, asker)
    assert asker.asked == []
    assert (report.status, report.files) == ("unchanged", ())
    assert files_of(project) == before
    assert run(project, None, locked=True).status == "unchanged"


def test_copying_again_replays_the_lock_byte_for_byte(project: Path, tmp_path: Path) -> None:
    run(project, Told({}))
    before = files_of(project)
    fresh = tmp_path / "fresh"
    shutil.copytree(project / ".scaffold" / "fills", fresh / ".scaffold" / "fills")
    spec = SpecSource("small.yml", content=(project / "scaffold.yml").read_bytes())
    report = copy(CopyRequest("agent-backend", fresh, spec))
    assert report.status == "written", report.to_text()
    assert files_of(fresh) == before


def test_only_what_was_shown_something_else_is_asked_again(project: Path) -> None:
    run(project, Told({}))
    spec = project / "scaffold.yml"
    changed = spec.read_text().replace("Note:", "Note:\n    pinned: bool = false", 1)
    assert changed != spec.read_text()
    spec.write_text(changed)
    with pytest.raises(StateError, match="have changed since this project was written"):
        run(project, Told({}))
    source = SpecSource("scaffold.yml", content=spec.read_bytes())
    copy(CopyRequest("agent-backend", project, source, overwrite=True, validate=False))
    asker = Told({})
    run(project, asker)
    asked = {request.slot for request in asker.asked}
    shown = {slot for slot in _slots(project) if slot.startswith("entities.note.")}
    assert shown <= asked
    assert SLOT in asked  # it is shown all entities
    again = Told({})
    run(project, again)
    assert again.asked == []


def test_another_model_asks_again_and_the_same_does_not(project: Path) -> None:
    run(project, Told({}), SLOT)
    asker = Told({SLOT: {"text": "Said by another model."}})
    run(project, asker, SLOT, ladders={"*": ("another-model",)})
    assert [request.model for request in asker.asked] == ["another-model"]
    assert b"Said by another model." in files_of(project)["README.md"]
    assert run(project, None, SLOT, locked=True, ladders={"*": ("a-third",)}).status == "locked"


def test_what_a_person_wrote_is_theirs_unless_the_slot_is_named(project: Path) -> None:
    readme = project / "README.md"
    text = readme.read_text()
    slot = next(one for one in list_slots(Project(project), catalog()) if one.slot == SLOT)
    lines = text.splitlines(keepends=True)
    lines.insert(slot.line, "A person wrote this.\n")
    readme.write_text("".join(lines))
    asker = Told({})
    report = run(project, asker)
    assert states(report)[SLOT] == "edited"
    assert SLOT not in {request.slot for request in asker.asked}
    assert "A person wrote this." in readme.read_text()
    assert states(run(project, Told({}), "readme.*"))[SLOT] == "edited"
    assert states(run(project, Told({}), SLOT))[SLOT] == "filled"
    assert "A person wrote this." not in readme.read_text()


def test_edits_around_a_slot_stay(project: Path) -> None:
    readme = project / "README.md"
    readme.write_text(readme.read_text() + "\nOurs.\n")
    run(project, Told({}), SLOT)
    assert readme.read_text().endswith("\nOurs.\n")
    assert "Said by a test." in readme.read_text()
    assert Project(project).origin_of("README.md", len(readme.read_text().splitlines())) == "person"


def test_line_ends_of_the_user_stay(project: Path) -> None:
    readme = project / "README.md"
    readme.write_bytes(readme.read_bytes().replace(b"\n", b"\r\n"))
    assert states(run(project, Told({}), SLOT)) == {SLOT: "filled"}
    content = readme.read_bytes()
    assert content.count(b"\n") == content.count(b"\r\n")
    assert b"Said by a test." in content


@pytest.mark.parametrize("damage", ["file", "comments"])
def test_a_slot_that_is_gone_is_left_alone(project: Path, damage: str) -> None:
    readme = project / "README.md"
    if damage == "file":
        readme.unlink()
    else:
        lines = readme.read_text().splitlines(keepends=True)
        readme.write_text("".join(line for line in lines if " slot" not in line))
    before = files_of(project)
    report = run(project, Told({}), SLOT)
    assert states(report) == {SLOT: "edited"}
    assert "gone" in report.outcomes[0].reason
    assert files_of(project).get("README.md") == before.get("README.md")


def test_code_that_does_not_pass_is_asked_again_and_then_static(project: Path) -> None:
    before = (project / "app/repositories/note.py").read_bytes()
    wrong = {"code": "import os\nyield os.environ['HOME']"}
    asker = Told({RULES: [wrong] * 9})
    report = run(project, asker, RULES)
    assert states(report) == {RULES: "failed"}
    assert len(asker.asked) == 4  # two models, each twice
    assert "os may not be imported" in asker.asked[1].messages[2]
    assert (project / "app/repositories/note.py").read_bytes() == before
    assert [one.state for one in list_slots(Project(project), catalog()) if one.slot == RULES] == ["failed"]
    again = Told({})
    run(project, again, RULES)
    assert again.asked == []  # the same question gets no better answer


def test_code_is_written_as_the_formatter_leaves_it(project: Path) -> None:
    code = "if   row.title=='x' :\n  yield 'It is an x.'"
    report = run(project, Told({RULES: {"code": code}}), RULES)
    assert states(report) == {RULES: "filled"}, report.to_text()
    text = (project / "app/repositories/note.py").read_text()
    assert '        if row.title == "x":\n            yield "It is an x."\n' in text


def test_what_only_the_whole_project_shows_takes_the_fill_back(project: Path) -> None:
    """A wrong type: the quick checks of the file let it pass, ty knows better."""
    before = files_of(project)
    report = run(project, Told({RULES: {"code": "yield str(len(7))"}}), RULES, validate=True)
    if "ty" in _skipped(project):
        pytest.skip("ty is not installed")
    assert states(report) == {RULES: "failed"}, report.to_text()
    assert "taken back" in report.outcomes[0].reason
    assert files_of(project)["app/repositories/note.py"] == before["app/repositories/note.py"]


def test_without_anybody_to_ask_nothing_changes(project: Path) -> None:
    before = files_of(project)
    report = run(project, None, unasked="nobody was asked: --offline was given")
    assert set(states(report).values()) == {"static"}
    assert report.status == "unchanged"
    assert files_of(project) == before


def test_asking_stops_at_once_when_nobody_can_be_reached(project: Path) -> None:
    asker = Told({}, other=_raising(Unavailable("the key was refused")))
    report = run(project, asker, concurrency=1)
    assert len(asker.asked) == 1
    assert set(states(report).values()) == {"static"}
    assert {outcome.reason for outcome in report.outcomes} == {"the key was refused"}


def test_locked_fails_when_something_would_have_to_be_asked(project: Path) -> None:
    before = files_of(project)
    assert run(project, None, locked=True).status == "locked"
    assert files_of(project) == before


def test_an_interruption_keeps_what_was_accepted(project: Path) -> None:
    other = "adr.reasons"
    asker = Told({other: KeyboardInterrupt()})
    report = run(project, asker, SLOT, other, concurrency=1)
    assert report.status == "interrupted"
    assert states(report)[SLOT] == "filled"
    assert "Said by a test." in (project / "README.md").read_text()
    resumed = Told({})
    run(project, resumed, SLOT, other)
    assert [request.slot for request in resumed.asked] == [other]


def test_a_file_that_changes_meanwhile_is_not_overwritten(project: Path) -> None:
    readme = project / "README.md"

    def typed(_: object) -> dict[str, Any]:
        readme.write_text(readme.read_text() + "Typed meanwhile.\n")
        return TEXT

    with pytest.raises(DestinationError, match=r"README\.md"):
        run(project, Told({}, other=typed), SLOT)
    assert readme.read_text().endswith("Typed meanwhile.\n")
    assert "Said by a test." not in readme.read_text()


def test_a_pattern_that_matches_nothing_is_an_error(project: Path) -> None:
    with pytest.raises(SourceError, match=r"did you mean 'readme\.introduction'"):
        run(project, None, "readme.introducton")


def test_a_folder_that_is_no_project_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"has no \.scaffold"):
        run(tmp_path, None)


def test_a_damaged_lock_is_an_error_that_says_what_to_do(project: Path) -> None:
    run(project, Told({}), SLOT)
    (project / file_of(SLOT)).write_text("<<<<<<< ours\n")
    with pytest.raises(StateError, match=r"readme\.introduction\.json cannot be read") as caught:
        run(project, None)
    assert "version control" in caught.value.hint


def test_nothing_but_the_declared_context_is_shown(project: Path) -> None:
    """What stands in `.env`, in other files and in what a person wrote never leaves the machine."""
    (project / ".env").write_text("API_KEY=do-not-send\n")
    (project / "notes.txt").write_text("do-not-send\n")
    model = project / "app/models/note.py"
    model.write_text(model.read_text() + "\n# do-not-send\n")
    requests = preview(FillRequest(project))
    asker = Told({})
    run(project, asker)
    assert requests
    for request in (*requests, *asker.asked):
        assert "do-not-send" not in "".join(request.messages)
        assert str(project) not in "".join(request.messages)


def test_the_dry_run_shows_what_is_sent(project: Path) -> None:
    before = files_of(project)
    shown = {request.slot: request.messages for request in preview(FillRequest(project))}
    assert files_of(project) == before
    asker = Told({})
    run(project, asker)
    first = {request.slot: request.messages for request in reversed(asker.asked)}
    assert first == shown


def _line(project: Path, path: str, text: str) -> int:
    lines = (project / path).read_text().splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


def _slots(project: Path) -> set[str]:
    return {one.slot for one in list_slots(Project(project), catalog())}


def _skipped(project: Path) -> set[str]:
    from scaffolder.checking import check_project  # noqa: PLC0415 - slow, and for one test

    return {one.validator for one in check_project(project, only=("ty",)).results if one.status == "skipped"}


def _raising(error: Exception) -> Any:
    def other(_: object) -> dict[str, Any]:
        raise error

    return other
