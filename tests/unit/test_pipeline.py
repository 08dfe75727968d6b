"""The order of the stages, and what each hands to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from scaffolder import pipeline
from scaffolder.blueprints import load_catalog
from scaffolder.errors import BadInputError, DestinationError, SourceError
from scaffolder.events import BlueprintFinished, BlueprintStarted, Event, StageFinished, StageStarted
from scaffolder.input import SpecSource, example, load
from scaffolder.overrides import Override
from scaffolder.pipeline import CopyRequest
from scaffolder.planned import Planned
from scaffolder.state import LOCK, read_base, read_lock
from tests.support.blueprints import write_blueprint

SPEC = SpecSource("spec.yml", content=b"spec: 1\nproject: {name: shop}\n")


def request(destination: Path, spec: SpecSource | None = SPEC, **options: object) -> CopyRequest:
    return CopyRequest("utilities", destination, spec, **options)  # type: ignore[arg-type]


def test_the_stages_run_in_order_and_tell_so(tmp_path: Path) -> None:
    events: list[Event] = []
    report = pipeline.copy(request(tmp_path / "out"), events.append)
    stages = [event.stage for event in events if isinstance(event, StageStarted)]
    assert stages == ["spec", "contract", "plan", "render", "validate", "write"]
    assert [event.stage for event in events if isinstance(event, StageFinished)] == stages
    [started] = [event for event in events if isinstance(event, BlueprintStarted)]
    [finished] = [event for event in events if isinstance(event, BlueprintFinished)]
    assert started == BlueprintStarted("utilities", 1, 1, 1)
    assert (finished.files, finished.size) == (report.blueprints[0].files, report.blueprints[0].size)


def test_a_stored_plan_goes_straight_to_rendering(tmp_path: Path) -> None:
    planned = Planned.from_json(pipeline.plan("utilities", SPEC).to_json())
    events: list[Event] = []
    report = pipeline.copy(request(tmp_path / "out", None, planned=planned), events.append)
    assert [event.stage for event in events if isinstance(event, StageStarted)] == ["render", "validate", "write"]
    assert report.status == "written"
    assert (tmp_path / "out/scaffold.yml").read_bytes() == SPEC.content


def test_a_plan_survives_its_json() -> None:
    planned = pipeline.plan("utilities", SPEC)
    assert Planned.from_json(planned.to_json()) == planned


def test_the_state_describes_what_was_written_and_not_what_was_left_out(tmp_path: Path) -> None:
    out = tmp_path / "out"
    report = pipeline.copy(request(out, exclude=("errors.py",)))
    lock = read_lock((out / LOCK).read_bytes())
    base = read_base((out / ".scaffold/base.jsonl").read_bytes(), lock)
    on_disk = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert set(base) == on_disk - {"scaffold.yml", LOCK, ".scaffold/base.jsonl"}
    assert report.paths("exclude") == ("app/utilities/errors.py",)
    assert set(lock.blueprints) == {"utilities"}
    assert lock.source == "utilities"


def test_a_second_run_changes_nothing(tmp_path: Path) -> None:
    first = pipeline.copy(request(tmp_path / "out"))
    second = pipeline.copy(request(tmp_path / "out"))
    assert {change.action for change in first.changes} == {"create"}
    assert {change.action for change in second.changes} == {"identical"}


def test_choose_is_asked_once_about_all_that_is_in_the_way(tmp_path: Path) -> None:
    out = tmp_path / "out"
    pipeline.copy(request(out))
    for name in ("errors", "files"):
        (out / f"app/utilities/{name}.py").write_text("mine\n")
    asked: list[tuple[str, ...]] = []

    def choose(paths: Sequence[str]) -> frozenset[str]:
        asked.append(tuple(paths))
        return frozenset({"app/utilities/errors.py"})

    report = pipeline.copy(request(out), choose=choose)
    assert asked == [("app/utilities/errors.py", "app/utilities/files.py")]
    assert report.paths("skip") == ("app/utilities/errors.py",)
    assert report.paths("overwrite") == ("app/utilities/files.py",)
    assert (out / "app/utilities/errors.py").read_text() == "mine\n"


def test_a_pretended_run_asks_nobody(tmp_path: Path) -> None:
    out = tmp_path / "out"
    pipeline.copy(request(out))
    (out / "scaffold.yml").write_text("mine\n")
    report = pipeline.copy(request(out, pretend=True), choose=lambda _paths: pytest.fail("asked"))
    assert report.status == "conflicts"
    assert (out / "scaffold.yml").read_text() == "mine\n"


def test_a_request_needs_a_spec_or_a_plan(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="either a spec or a plan"):
        pipeline.copy(request(tmp_path / "out", None))


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CopyRequest:
    """A copy of a blueprint whose file cannot be compiled."""
    write_blueprint(tmp_path / "blueprints/demo", {"a.py": "x = 1\ndef f(:\n", "b.py": "y = 1\n"}, questions="")
    (tmp_path / "blueprints/stacks.yml").write_text("{}\n")
    catalog = load_catalog(tmp_path / "blueprints")
    monkeypatch.setattr(pipeline, "catalog", lambda: catalog)
    return replace(request(tmp_path / "out"), source="demo")


def test_an_error_in_what_was_rendered_stops_the_write_and_is_shown(broken: CopyRequest) -> None:
    report = pipeline.copy(broken)
    assert report.status == "invalid"
    [finding] = report.findings
    assert (finding.path, finding.line, finding.code, finding.severity) == ("a.py", 2, "python:syntax", "error")
    assert "1 error in what was rendered; nothing was written" in report.to_text()
    assert str(finding) in report.to_text()
    assert not broken.destination.exists()


def test_without_validation_it_is_written_and_the_report_says_that_nothing_was_checked(broken: CopyRequest) -> None:
    report = pipeline.copy(replace(broken, validate=False))
    assert report.status == "written"
    assert report.findings == ()
    assert "validation: it was switched off, so nothing was checked before writing" in report.not_done
    assert (broken.destination / "a.py").is_file()


def test_a_validator_that_crashes_stops_nothing_and_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(sources: object) -> object:
        raise RuntimeError("engine broke")

    monkeypatch.setattr("scaffolder_validators.python.check", crash)
    report = pipeline.copy(request(tmp_path / "out"))
    assert report.status == "written"
    [finding] = report.findings
    assert (finding.code, finding.severity) == ("python", "warning")
    assert "RuntimeError: engine broke" in finding.message


def test_bad_specs_and_unknown_sources_end_the_run_before_anything_is_rendered(tmp_path: Path) -> None:
    events: list[Event] = []
    with pytest.raises(BadInputError):
        pipeline.copy(request(tmp_path / "out", SpecSource("s", content=b"")), events.append)
    with pytest.raises(SourceError):
        pipeline.plan("nothing", SPEC)
    assert [type(event) for event in events] == [StageStarted]
    assert not (tmp_path / "out").exists()


def test_a_destination_that_cannot_be_used_is_an_error_of_ours(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DestinationError):
        pipeline.copy(request(tmp_path / "file/out"))


def test_the_example_is_sound_and_without_overrides_kept_byte_for_byte() -> None:
    source = example()
    loaded = load(source)
    assert source.path is not None
    assert loaded.source == source.path.read_bytes()
    assert loaded.problems == ()


def test_with_overrides_a_byte_order_mark_is_dropped_and_the_rest_kept() -> None:
    content = b"\xef\xbb\xbfspec: 1\r\nproject: {name: shop}\r\n"
    assert load(SpecSource("s", content=content)).source == content
    changed = load(SpecSource("s", content=content), [Override("project.name", "store")])
    assert changed.source == b"spec: 1\r\nproject: {name: store}\r\n"
    assert changed.spec.project.name == "store"
