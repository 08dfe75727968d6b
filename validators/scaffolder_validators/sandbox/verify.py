"""A generated project's own tests, run in the sandbox with exactly the packages that the project pins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scaffolder_validators.finding import Finding
from scaffolder_validators.sandbox.environment import Environment, EnvironmentFailedError, prepare_environment
from scaffolder_validators.sandbox.junit import Results, read_results
from scaffolder_validators.sandbox.limits import MEBIBYTE, Limits, Outcome, ProjectError, Reason
from scaffolder_validators.sandbox.probe import Sandbox, sandbox
from scaffolder_validators.sandbox.run import run_in_sandbox

REQUIREMENTS: Final = "requirements-dev.txt"
_RESULTS: Final = "/tmp/results.xml"  # noqa: S108 - in the sandbox
_NOT_FOUND, _USAGE, _NO_TESTS = 127, 4, 5

_REMEDIES: Final[dict[Reason, str]] = {
    "timeout": "Find the test that hangs, or allow more time (--timeout).",
    "cpu": "Find the test that computes without end, or allow more time (--timeout).",
    "memory": "Find the test that needs so much memory, or allow more (--memory).",
    "output": "Let the tests print less.",
    "killed": "Do not let a test kill processes that it has not started.",
}


@dataclass(frozen=True, slots=True)
class Verified:
    """What became of the tests; `findings` is empty when all is well."""

    outcome: Outcome
    results: Results
    findings: tuple[Finding, ...]
    environment: Environment
    sandbox: Sandbox

    @property
    def passed(self) -> bool:
        """Tell whether the tests ran to their end and none of them failed."""
        return self.outcome.passed


def verify_project(
    folder: Path,
    *,
    limits: Limits | None = None,
    arguments: Sequence[str] = (),
    notify: Callable[[str], None] = lambda _: None,
) -> Verified:
    """Run the tests of the project in `folder` in a sandbox; `arguments` go to pytest, `notify` gets progress.

    The project is copied first, so the tests change nothing in it.

    Raises:
        SandboxUnavailableError: there is no sandbox; nothing was run.
        EnvironmentFailedError: what the project pins cannot be installed.
        ProjectError: there is nothing to run, or pytest does not understand the arguments.
    """
    used = limits or Limits()
    found = sandbox()
    try:
        requirements = (folder / REQUIREMENTS).read_bytes()
    except OSError as error:
        raise ProjectError(f"cannot read {REQUIREMENTS} in {folder}: {error.strerror}") from None
    environment = prepare_environment(requirements, notify)
    notify(f"running the tests in a sandbox (bwrap {found.version})")
    command = ["pytest", f"--junit-xml={_RESULTS}", "-o", "junit_family=xunit1", *arguments]
    outcome = run_in_sandbox(command, project=folder, environment=environment.path, limits=used, collect=[_RESULTS])
    _refuse(outcome)
    results = read_results(outcome.files.get(_RESULTS, b""))
    return Verified(outcome, results, _findings(outcome, results, used, folder), environment, found)


def _refuse(outcome: Outcome) -> None:
    said = [line.strip() for line in (outcome.stderr or outcome.stdout).splitlines() if line.strip()] or ["no output"]
    match outcome.reason, outcome.exit_code:
        case "finished", int(code) if code == _NOT_FOUND:
            raise EnvironmentFailedError(f"pytest is not among the packages of {REQUIREMENTS}")
        case "finished", int(code) if code == _USAGE:
            why = next((line for line in reversed(said) if "error:" in line.lower()), said[-1])
            raise ProjectError(f"pytest does not understand this: {why[:300]}")
        case "finished", int(code) if code == _NO_TESTS:
            raise ProjectError("there are no tests, or the arguments select none of them")


def _findings(outcome: Outcome, results: Results, limits: Limits, folder: Path) -> tuple[Finding, ...]:
    if outcome.passed or (outcome.reason == "finished" and results.findings):
        return results.findings
    path = "pyproject.toml" if (folder / "pyproject.toml").is_file() else REQUIREMENTS
    if outcome.reason == "finished":
        said = [line.strip() for line in outcome.stdout.splitlines() if line.strip()] or ["no output"]
        why = next((line for line in reversed(said) if line.startswith(("FAIL", "ERROR", "INTERNALERROR"))), said[-1])
        message = f"pytest ended with exit code {outcome.exit_code}: {why}"[:300]
        return (Finding(path, 1, 1, "tests:ended", "error", message, "Run the tests and mend what they name."),)
    message = {
        "timeout": f"the tests did not end within {limits.seconds:g} s",
        "cpu": f"a process of the tests computed for more than {limits.cpu_seconds} s",
        "memory": f"the tests need more than {limits.memory // MEBIBYTE} MiB of memory",
        "output": f"the tests print more than {limits.output // MEBIBYTE} MiB",
        "killed": "a test killed the process that runs the tests",
    }[outcome.reason]
    rule = f"tests:{outcome.reason}"
    return (*results.findings, Finding(path, 1, 1, rule, "error", message, _REMEDIES[outcome.reason]))
