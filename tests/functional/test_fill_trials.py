"""The tests of slots, in a real sandbox with the packages that a generated project pins: what is wrong is not kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from scaffolder_fills.fill import Settings
from scaffolder_validators.sandbox import SandboxUnavailableError, sandbox

from scaffolder.fill import fill
from scaffolder.filling.run import FillRequest
from scaffolder.input import SpecSource
from scaffolder.pipeline import CopyRequest, copy
from tests.support.askers import Told
from tests.support.specs import SMALL

try:
    sandbox()
    WITHOUT = ""
except SandboxUnavailableError as unavailable:
    WITHOUT = str(unavailable)

pytestmark = [
    pytest.mark.slow,  # the packages of a generated project are installed first
    pytest.mark.xdist_group("sandbox"),
    pytest.mark.skipif(bool(WITHOUT), reason=f"no sandbox on this machine: {WITHOUT}"),
]

RULES = "entities.note.rules"
MODULE = "app/repositories/note.py"
WRONG = {"code": "if row.no_such_field:\n    yield 'It has what it cannot have.'"}
RIGHT = {"code": "if row.title == 'forbidden':\n    yield 'It is forbidden.'"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Give a generated project."""
    spec = SpecSource("small.yml", content=SMALL.encode())
    copy(CopyRequest("agent-backend", tmp_path / "project", spec, validate=False))
    return tmp_path / "project"


def test_a_fill_that_is_accepted_but_wrong_is_caught_by_the_tests_of_its_slot(project: Path) -> None:
    asker = Told({RULES: [WRONG, RIGHT]})
    report = fill(FillRequest(project, (RULES,), Settings(), validate=False), asker)
    (outcome,) = report.outcomes
    assert outcome.state == "filled", report.to_text()
    assert [step.result.partition(":")[0] for step in outcome.steps] == ["refused", "kept"]
    assert "no_such_field" in asker.asked[1].messages[2]
    assert "no_such_field" not in (project / MODULE).read_text()
    assert "It is forbidden." in (project / MODULE).read_text()
    assert not any("skipped" in one for one in report.not_done)


def test_a_fill_that_fails_for_ever_leaves_the_static_text(project: Path) -> None:
    before = (project / MODULE).read_bytes()
    report = fill(FillRequest(project, (RULES,), Settings(), validate=False), Told({RULES: [WRONG] * 9}))
    assert report.outcomes[0].state == "failed"
    assert (project / MODULE).read_bytes() == before


def test_without_a_sandbox_the_report_says_that_tests_were_skipped(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none() -> None:
        raise SandboxUnavailableError("there is no bwrap")

    monkeypatch.setattr("scaffolder.filling.checks.sandbox", none)
    report = fill(FillRequest(project, (RULES,), Settings(), validate=False), Told({RULES: RIGHT}))
    assert report.outcomes[0].state == "filled"
    assert f"tests of slots were skipped: there is no bwrap ({RULES})" in report.not_done
